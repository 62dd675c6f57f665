// An OpenID Connect provider (oidc-provider from npm) with people who are in the groups that their names say, on 127.0.0.1.
// Fed to node on standard input, in the folder where it is installed: ... - PORT REDIRECT_URI
import Provider from 'oidc-provider'

const [port, back] = process.argv.slice(-2)
const groups = { vera: ['kjc-fulda'], rolf: ['kjc-redaktion', 'anderes'], nora: ['anderes'], anna: ['kjc-fulda'] }
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'desk', client_secret: 'ein Geheimnis des Hauses', redirect_uris: [back] }],
  claims: { openid: ['sub'], profile: ['preferred_username', 'name', 'groups'] },
  pkce: { required: () => true },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id, name: `Frau ${id}`, groups: groups[id] ?? [] }),
  }),
})
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'))
