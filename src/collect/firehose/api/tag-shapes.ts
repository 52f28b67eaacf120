// The shape of tags, which creating and tagging share.
import { list, optional, string, structure, type Value } from '../../../gateway/shape.ts'
import type { Tag } from '../tags.ts'

export const tagKey = string({ min: 1, max: 128, pattern: '^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@%]*$' })
export const tagShape = structure({
  Key: tagKey,
  Value: optional(string({ min: 0, max: 256, pattern: '^[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@%]*$' })),
})
export const tagShapes = list(tagShape, { min: 1, max: 50 })

export const tagsGiven = (tags: Value<typeof tagShapes>): readonly Tag[] =>
  tags.map(({ Key, Value }) => ({ key: Key, value: Value }))

/** What a policy may ask of the tags in a request. */
export const tagContext = (tags: Value<typeof tagShapes>): Readonly<Record<string, string | readonly string[]>> => ({
  ...(tags.length > 0 && { 'aws:TagKeys': tags.map(({ Key }) => Key) }),
  ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value ?? ''])),
})
