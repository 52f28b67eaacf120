// xxHash, 64 bits, seed 0: the digest in the order of bytes in which it is written.
// https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
const prime1: bigint = 0x9e3779b185ebca87n
const prime2: bigint = 0xc2b2ae3d27d4eb4fn
const prime3: bigint = 0x165667b19e3779f9n
const prime4: bigint = 0x85ebca77c2b2ae63n
const prime5: bigint = 0x27d4eb2f165667c5n

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value)
const rotate = (value: bigint, by: bigint): bigint => wrap((value << by) | (value >> (64n - by)))
const round = (state: bigint, lane: bigint): bigint => wrap(rotate(wrap(state + lane * prime2), 31n) * prime1)

export function xxhash64(data: Uint8Array): Uint8Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  let at = 0
  let hash = prime5
  if (data.length >= 32) {
    let states = [wrap(prime1 + prime2), prime2, 0n, wrap(-prime1)]
    for (; at + 32 <= data.length; at += 32) {
      const from = at
      states = states.map((state, lane) => round(state, view.getBigUint64(from + lane * 8, true)))
    }
    const [one = 0n, two = 0n, three = 0n, four = 0n] = states
    hash = wrap(rotate(one, 1n) + rotate(two, 7n) + rotate(three, 12n) + rotate(four, 18n))
    for (const state of states) hash = wrap((hash ^ round(0n, state)) * prime1 + prime4)
  }
  hash = wrap(hash + BigInt(data.length))
  for (; at + 8 <= data.length; at += 8)
    hash = wrap(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * prime1 + prime4)
  if (at + 4 <= data.length) {
    hash = wrap(rotate(hash ^ wrap(BigInt(view.getUint32(at, true)) * prime1), 23n) * prime2 + prime3)
    at += 4
  }
  for (; at < data.length; at++) hash = wrap(rotate(hash ^ wrap(BigInt(view.getUint8(at)) * prime5), 11n) * prime1)
  hash = wrap((hash ^ (hash >> 33n)) * prime2)
  hash = wrap((hash ^ (hash >> 29n)) * prime3)
  const result = new Uint8Array(8)
  new DataView(result.buffer).setBigUint64(0, hash ^ (hash >> 32n))
  return result
}
