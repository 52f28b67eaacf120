// `s3://bucket/some/prefix` taken apart.
import { InvalidInputException } from './faults.ts'

export interface Location {
  readonly bucket: string
  readonly key: string
}

/** `what` names the setting in the message of the fault. */
export function parseLocation(text: string, what: string): Location {
  const found = /^s3[an]?:\/\/([^/]+)(?:\/(.*))?$/s.exec(text)
  if (!found?.[1]) throw new InvalidInputException(`${what} must be a location like s3://bucket/prefix/: ${text}`)
  return { bucket: found[1], key: found[2] ?? '' }
}

/** A prefix means the folder of that name: `s3://b/raw` does not take `s3://b/raw_old/` along. */
export function parseFolderLocation(text: string, what: string): Location {
  const { bucket, key } = parseLocation(text, what)
  return { bucket, key: key === '' || key.endsWith('/') ? key : `${key}/` }
}
