"""The reader's language: the two functions through which every sentence of a face passes.

Message ids are the German sentences themselves, so without a catalogue everything reads German. Python marks a
sentence with ``_("…")``, a table of words that faces translate with ``N_("…")``, templates with ``{{ _("…") }}``;
``messages.pot`` lists them all and a test keeps it in step.
The list is made anew, from the folder ``distributor``, by::

    pybabel extract -F locale/babel.cfg --no-location --omit-header --sort-output -o locale/messages.pot .

Rules, use cases, connectors and the calendar speak German without gettext, for what they say is stored, sent and filed.
``sentences.pot`` lists it, found by ``sentences.py``; pages translate it where they show it (``distributor.web.said``).
That list is made anew from the repository's root by::

    pybabel extract -F distributor/locale/sentences.cfg --no-location --omit-header --sort-output \\
        -o distributor/locale/sentences.pot .

A translation is two catalogues in this folder, ``en/LC_MESSAGES/distributor.po`` and ``sentences.po``; ``pybabel update
-i … -o … -l en --omit-header --no-wrap`` takes new sentences over.
"""

from __future__ import annotations

from gettext import NullTranslations

_GERMAN = NullTranslations()


def gettext(message: str) -> str:
    """Return the sentence in the reader's language."""
    return _GERMAN.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the sentence for one or for several, in the reader's language."""
    return _GERMAN.ngettext(singular, plural, number)


def N_(message: str) -> str:  # the name that extraction looks for
    """Mark a word of a table for the list; whoever shows it asks :func:`gettext` for it then."""
    return message
