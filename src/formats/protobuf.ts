// Reads Protocol Buffers' wire format, field by field and without a schema. It does not write, and it refuses the groups
// that were given up long ago.
//
//   message = field*    field = key (varint: number << 3 | kind), then by kind:
//   0 a varint    1 eight bytes    2 a length (varint) and so many bytes    5 four bytes

export interface ProtobufField {
  readonly number: number
  /** A number of kind 0 or the bytes of kind 2; undefined for the two fixed widths, whose bytes are passed over. */
  readonly value: number | Uint8Array | undefined
}

export class NotProtobuf extends Error {
  override readonly name = 'NotProtobuf'
}

/** The bytes that come out are parts of `bytes`, not copies. Throws NotProtobuf where it is none. */
export function* protobufFields(bytes: Uint8Array): Generator<ProtobufField> {
  let at = 0

  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at]
      at += 1
      if (byte === undefined) throw new NotProtobuf('the message ends inside a number')
      // Beyond 53 bits it is no longer exact; what is a length or a place in a table is wrong long before.
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      if (factor > 2 ** 62) throw new NotProtobuf('a number has more than ten bytes')
    }
  }
  const taken = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new NotProtobuf('the message ends inside a field')
    at += length
    return bytes.subarray(at - length, at)
  }

  while (at < bytes.length) {
    const key = varint()
    const number = Math.floor(key / 8)
    if (number === 0) throw new NotProtobuf('a field has the number 0')
    switch (key % 8) {
      case 0:
        yield { number, value: varint() }
        break
      case 1:
        taken(8)
        yield { number, value: undefined }
        break
      case 2:
        yield { number, value: taken(varint()) }
        break
      case 5:
        taken(4)
        yield { number, value: undefined }
        break
      default:
        throw new NotProtobuf(`a field is of the unknown kind ${key % 8}`)
    }
  }
}
