// The compressions of objects: what their names end in, what S3 is told of them, and how they are made.

import { hadoopSnappy, snappyJava } from '../../formats/snappy.ts'
import { zipped } from '../../formats/zip.ts'
import type { Compression, Destination } from './destination.ts'
import { gzipped } from './gzipped.ts'

interface Form {
  readonly extension: string
  readonly contentEncoding?: string
  compress(chunks: AsyncIterable<Uint8Array>, name: string): AsyncIterable<Uint8Array>
}

/** AWS's page gives `.hsnappy` for Hadoop's; the service itself has been seen to write `.snappy` for both. */
const forms: Readonly<Record<Compression, Form>> = {
  UNCOMPRESSED: { extension: '', compress: chunks => chunks },
  GZIP: { extension: '.gz', contentEncoding: 'gzip', compress: gzipped },
  ZIP: { extension: '.zip', contentEncoding: 'zip', compress: zipped },
  Snappy: { extension: '.snappy', contentEncoding: 'snappy-java', compress: snappyJava },
  HADOOP_SNAPPY: { extension: '.snappy', contentEncoding: 'hadoop-snappy', compress: hadoopSnappy },
}

export const compressionOf = ({ compression }: Pick<Destination, 'compression'>): Form => forms[compression]

export const extensionOf = (destination: Destination): string => {
  if (destination.fileExtension) return destination.fileExtension
  return destination.conversion?.enabled ? '.parquet' : compressionOf(destination).extension
}

/** How S3 is to describe an object. */
export function describedOf(form: Pick<Form, 'contentEncoding'>) {
  return {
    contentType: 'application/octet-stream',
    ...(form.contentEncoding && { contentEncoding: form.contentEncoding }),
  }
}
