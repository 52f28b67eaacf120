// Holds the XML and JSON documents of S3's requests to the digests that their headers announce. Bodies of objects are
// held to theirs as they come in: intake.ts.
import { createHash } from 'node:crypto'
import { checksumAlgorithms, digestFor } from './checksums/digest.ts'
import { badChecksum, badMd5, invalidMd5 } from './faults.ts'

export function checkDocument(headers: Readonly<Record<string, string>>, document: Uint8Array): void {
  const md5 = headers['content-md5']
  if (md5 !== undefined) {
    const computed = createHash('md5').update(document).digest('base64')
    if (!/^[A-Za-z0-9+/]{22}==$/.test(md5)) throw invalidMd5(md5)
    if (computed !== md5) throw badMd5(md5, computed)
  }
  for (const algorithm of checksumAlgorithms) {
    const announced = headers[`x-amz-checksum-${algorithm.toLowerCase()}`]
    if (announced === undefined) continue
    const digest = digestFor(algorithm)
    digest.update(document)
    if (digest.digest().toString('base64') !== announced) throw badChecksum(algorithm)
  }
}
