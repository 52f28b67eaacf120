/** Firehose delivery streams into S3. Where one takes its records from is chosen once. */
import { same } from '../changes.ts'
import { type Aws, listed, pages, present } from '../invoke.ts'
import { kind } from '../kind.ts'
import { type Destination, type DestinationState, destinationOf, stateOf } from './delivery-destination.ts'
import { type AwsTags, awsTags, mark, retag, type Tags, tagsFrom } from './tags.ts'

export type DeliveryState = DestinationState & {
  /** The stream's ARN and the role it is read in; null where programs put records directly. */
  readonly source: { readonly stream: string; readonly role: string } | null
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
    return {
      source: from ? { stream: from.KinesisStreamARN, role: from.RoleARN } : null,
      ...stateOf(to),
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
        ExtendedS3DestinationUpdate: destinationOf(wanted, found),
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
    if (!same(wanted.source, found.source)) return 'Firehose takes records from where it was told when it was made'
    if ((wanted.partitions === null) === (found.partitions === null)) return undefined
    return 'Firehose is told when it is made whether members of records name folders'
  },
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
