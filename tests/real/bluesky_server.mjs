// A Bluesky server (PDS) with its directory of identities, both from npm, on 127.0.0.1 only.
// Fed to node on standard input, in the folder where @atproto/dev-env is installed: ... - PDS_PORT PLC_PORT
import { Server } from 'node:net'
import { TestNetworkNoAppView } from '@atproto/dev-env'

const listen = Server.prototype.listen
Server.prototype.listen = function (first, ...rest) {
  if (typeof first === 'number' && typeof rest[0] !== 'string') return listen.call(this, first, '127.0.0.1', ...rest)
  if (first && typeof first === 'object' && first.port !== undefined && !first.host) {
    return listen.call(this, { ...first, host: '127.0.0.1' }, ...rest)
  }
  return listen.call(this, first, ...rest)
}
const [pds, plc] = process.argv.slice(-2).map(Number)
const network = await TestNetworkNoAppView.create({ plc: { port: plc }, pds: { port: pds } })
console.log('ready')
process.on('SIGTERM', async () => {
  await network.close()
  process.exit(0)
})
