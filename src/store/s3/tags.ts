// Tags of objects and buckets: what AWS allows.
import { invalidArgument, invalidTag, tooManyTags } from './faults.ts'
import { bucketTagsMax, objectTagsMax, tagKeyMax, tagValueMax } from './limits.ts'
import type { Tags } from './version.ts'

type TagList = readonly { readonly key: string; readonly value: string }[]

const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

export const objectTags = (list: TagList): Tags => {
  if (list.length > objectTagsMax) throw tooManyTags(`Object tags cannot be greater than ${objectTagsMax}`)
  return checked(list, 'Your TagKey cannot be prefixed with aws:')
}

export const bucketTags = (list: TagList): Tags => {
  if (list.length > bucketTagsMax) throw tooManyTags(`Bucket tag count cannot be greater than ${bucketTagsMax}`)
  return checked(list, 'System tags cannot be added/updated by requester')
}

/** `x-amz-tagging`: written as a URL's query. */
export function parseTagging(header: string | undefined): Tags {
  if (header === undefined) return {}
  const list = [...new URLSearchParams(header)].map(([key, value]) => ({ key, value }))
  const once = new Set(list.map(tag => tag.key)).size === list.length
  const sound = list.every(({ key, value }) => allowed.test(key) && allowed.test(value))
  if (!once || !sound || /%(?![0-9A-Fa-f]{2})/.test(header))
    throw invalidArgument(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      'x-amz-tagging',
      header,
    )
  return objectTags(list)
}

function checked(list: TagList, reserved: string): Tags {
  const tags: Record<string, string> = Object.create(null)
  for (const { key, value } of list) {
    if (key in tags) throw invalidTag('Cannot provide multiple Tags with the same key', key)
    if (key.startsWith('aws:')) throw invalidTag(reserved, key)
    if (key === '' || [...key].length > tagKeyMax || !allowed.test(key))
      throw invalidTag('The TagKey you have provided is invalid', key)
    if ([...value].length > tagValueMax || !allowed.test(value))
      throw invalidTag('The TagValue you have provided is invalid', key)
    tags[key] = value
  }
  return { ...tags }
}
