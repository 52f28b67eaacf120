/** `s3://bucket/folder/` as bucket and prefix; the prefix is empty or ends with a slash. */
export interface Location {
  readonly bucket: string
  readonly prefix: string
}

export function parseLocation(text: string): Location | undefined {
  const found = /^s3[an]?:\/\/([^/]+)(?:\/(.*))?$/s.exec(text)
  if (!found?.[1]) return undefined
  const key = found[2] ?? ''
  return { bucket: found[1], prefix: key === '' || key.endsWith('/') ? key : `${key}/` }
}
