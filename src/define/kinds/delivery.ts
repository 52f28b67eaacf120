/** Firehose delivery streams into S3. Where one takes its records from is chosen once. */
import { same } from '../changes.ts'
import { type Aws, listed, pages, present } from '../invoke.ts'
import { kind } from '../kind.ts'
import { type AwsTags, awsTags, mark, retag, type Tags, tagsFrom } from './tags.ts'

export type DeliveryState = {
  /** The stream's ARN and the role it is read in; null where programs put records directly. */
  readonly source: { readonly stream: string; readonly role: string } | null
  readonly role: string
  readonly bucket: string
  readonly prefix: string
  readonly errors: string
  readonly buffer: { readonly seconds: number; readonly mebibytes: number }
  readonly compression: string
  readonly zone: string
  readonly newline: boolean
  readonly tags: Tags
}

interface Described {
  readonly DeliveryStreamDescription: {
    readonly VersionId: string
    readonly Source?: {
      readonly KinesisStreamSourceDescription?: { readonly KinesisStreamARN: string; readonly RoleARN: string }
    }
    readonly Destinations: readonly {
      readonly DestinationId: string
      readonly ExtendedS3DestinationDescription?: Destination
    }[]
  }
}
interface Destination {
  readonly RoleARN: string
  readonly BucketARN: string
  readonly Prefix?: string
  readonly ErrorOutputPrefix?: string
  readonly BufferingHints: { readonly SizeInMBs: number; readonly IntervalInSeconds: number }
  readonly CompressionFormat: string
  readonly CustomTimeZone?: string
  readonly ProcessingConfiguration?: {
    readonly Enabled?: boolean
    readonly Processors?: readonly { readonly Type: string }[]
  }
}

/** A definition's words for Firehose's. */
const compressions: Readonly<Record<string, string>> = {
  none: 'UNCOMPRESSED',
  gzip: 'GZIP',
  zip: 'ZIP',
  snappy: 'Snappy',
  'hadoop-snappy': 'HADOOP_SNAPPY',
}
const wordOf = (format: string) => Object.keys(compressions).find(word => compressions[word] === format) ?? format

const describe = ({ invoke }: Aws, DeliveryStreamName: string) =>
  present<Described>(invoke('firehose', 'DescribeDeliveryStream', { DeliveryStreamName }), 'ResourceNotFoundException')

export const delivery = kind<DeliveryState>({
  name: 'delivery',
  mayLose: 'records that it has gathered and not delivered yet',
  summary: ({ source, bucket, prefix, buffer }) =>
    `${source === null ? 'direct' : source.stream.replace(/^.*\//, '')} to ${bucket.replace('arn:aws:s3:::', 's3://')}/${prefix}, ${buffer.seconds} s or ${buffer.mebibytes} MiB`,
  async read(aws, name) {
    const found = await describe(aws, name)
    const { Source, Destinations } = found?.DeliveryStreamDescription ?? {}
    const to = Destinations?.[0]?.ExtendedS3DestinationDescription
    if (!to) return undefined
    const from = Source?.KinesisStreamSourceDescription
    const { Enabled, Processors = [] } = to.ProcessingConfiguration ?? {}
    return {
      source: from ? { stream: from.KinesisStreamARN, role: from.RoleARN } : null,
      role: to.RoleARN,
      bucket: to.BucketARN,
      prefix: to.Prefix ?? '',
      errors: to.ErrorOutputPrefix ?? '',
      buffer: { seconds: to.BufferingHints.IntervalInSeconds, mebibytes: to.BufferingHints.SizeInMBs },
      compression: wordOf(to.CompressionFormat),
      zone: to.CustomTimeZone || 'UTC',
      newline: Enabled === true && Processors.some(({ Type }) => Type === 'AppendDelimiterToRecord'),
      tags: await tagsOf(aws, name),
    }
  },
  async create({ invoke }, DeliveryStreamName, wanted) {
    const { source, tags } = wanted
    await invoke('firehose', 'CreateDeliveryStream', {
      DeliveryStreamName,
      DeliveryStreamType: source === null ? 'DirectPut' : 'KinesisStreamAsSource',
      ...(source !== null && {
        KinesisStreamSourceConfiguration: { KinesisStreamARN: source.stream, RoleARN: source.role },
      }),
      ExtendedS3DestinationConfiguration: destinationOf(wanted),
      Tags: awsTags(tags),
    })
  },
  async change(aws, DeliveryStreamName, wanted, found) {
    const { invoke } = aws
    if (!same({ ...wanted, tags: {} }, { ...found, tags: {} })) {
      const { VersionId, Destinations } = (await describe(aws, DeliveryStreamName))?.DeliveryStreamDescription ?? {}
      await invoke('firehose', 'UpdateDestination', {
        DeliveryStreamName,
        CurrentDeliveryStreamVersionId: VersionId,
        DestinationId: Destinations?.[0]?.DestinationId,
        ExtendedS3DestinationUpdate: destinationOf(wanted),
      })
    }
    await retag(wanted.tags, found.tags, {
      set: tags => invoke('firehose', 'TagDeliveryStream', { DeliveryStreamName, Tags: awsTags(tags) }),
      take: TagKeys => invoke('firehose', 'UntagDeliveryStream', { DeliveryStreamName, TagKeys }),
    })
  },
  async remove({ invoke }, DeliveryStreamName) {
    await present(invoke('firehose', 'DeleteDeliveryStream', { DeliveryStreamName }), 'ResourceNotFoundException')
  },
  async owned(aws) {
    const names = await listed(
      pages<{ DeliveryStreamNames: readonly string[]; HasMoreDeliveryStreams: boolean }>(
        more => aws.invoke('firehose', 'ListDeliveryStreams', more),
        ({ DeliveryStreamNames, HasMoreDeliveryStreams }) =>
          HasMoreDeliveryStreams ? { ExclusiveStartDeliveryStreamName: DeliveryStreamNames.at(-1) } : undefined,
      ),
      page => page.DeliveryStreamNames,
    )
    const own: string[] = []
    for (const name of names) if ((await tagsOf(aws, name))[mark] === aws.lake) own.push(name)
    return own
  },
  lakeOf: (_, { tags }) => tags[mark],
  replaces(wanted, found) {
    if (same(wanted.source, found.source)) return undefined
    return 'Firehose takes records from where it was told when it was made'
  },
})

const destinationOf = (state: DeliveryState) => ({
  RoleARN: state.role,
  BucketARN: state.bucket,
  Prefix: state.prefix,
  ErrorOutputPrefix: state.errors,
  BufferingHints: { IntervalInSeconds: state.buffer.seconds, SizeInMBs: state.buffer.mebibytes },
  CompressionFormat: compressions[state.compression] ?? state.compression,
  CustomTimeZone: state.zone,
  ProcessingConfiguration: state.newline
    ? {
        Enabled: true,
        Processors: [
          { Type: 'AppendDelimiterToRecord', Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }] },
        ],
      }
    : { Enabled: false, Processors: [] },
})

const tagsOf = async ({ invoke }: Aws, DeliveryStreamName: string): Promise<Tags> =>
  tagsFrom(
    await listed(
      pages<{ Tags: AwsTags; HasMoreTags: boolean }>(
        more => invoke('firehose', 'ListTagsForDeliveryStream', { DeliveryStreamName, ...more }),
        ({ Tags, HasMoreTags }) => (HasMoreTags ? { ExclusiveStartTagKey: Tags.at(-1)?.Key } : undefined),
      ),
      page => page.Tags,
    ),
  )
