"""Character sets that documents may name and Python does not know: the Vietnamese ones from before Unicode.

Sources: VISCII is RFC 1456; TCVN 5712:1993 (VN1) as glibc's iconv reads it (localedata/charmaps/TCVN5712-1, 2026-11).
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping


def _table(low: Mapping[int, str], high: str) -> str:
    """Return the letters of all 256 bytes: ASCII but for ``low``, then ``high``."""
    return "".join(low.get(byte, chr(byte)) for byte in range(128)) + high


_VISCII = _table(
    {0x2: "Ẳ", 0x5: "Ẵ", 0x6: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"},
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
)
_TCVN = _table(
    {
        0x1: "Ú",
        0x2: "Ụ",
        0x4: "Ừ",
        0x5: "Ử",
        0x6: "Ữ",
        0x11: "Ứ",
        0x12: "Ự",
        0x13: "Ỳ",
        0x14: "Ỷ",
        0x15: "Ỹ",
        0x16: "Ý",
        0x17: "Ỵ",
    },
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ\xa0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ",
)

TABLES: Mapping[str, str] = {
    "viscii": _VISCII,
    "viscii1.1-1": _VISCII,
    "csviscii": _VISCII,
    "tcvn": _TCVN,
    "tcvn-5712": _TCVN,
    "tcvn5712-1": _TCVN,
    "tcvn5712-1:1993": _TCVN,
}
"""By the names that documents use, in lower case."""


def read_by_table(body: bytes, name: str) -> str:
    """Return the characters of a document in one of these sets."""
    return codecs.charmap_decode(body, "replace", TABLES[name])[0]
