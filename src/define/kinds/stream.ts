/** Kinesis data streams. Everything of them can be changed in place. */
import { type Aws, listed, pages, present } from '../invoke.ts'
import { kind } from '../kind.ts'
import { type AwsTags, mark, retag, type Tags, tagsFrom } from './tags.ts'

export type StreamState = {
  readonly shards: number | 'on-demand'
  readonly retentionHours: number
  readonly kmsKey: string | null
  readonly tags: Tags
}

interface Summary {
  readonly StreamDescriptionSummary: {
    readonly OpenShardCount: number
    readonly RetentionPeriodHours: number
    readonly EncryptionType?: string
    readonly KeyId?: string
    readonly StreamModeDetails?: { readonly StreamMode: string }
  }
}

const arnOf = ({ account, region }: Aws, name: string) => `arn:aws:kinesis:${region}:${account}:stream/${name}`
const modeOf = (shards: StreamState['shards']) => (shards === 'on-demand' ? 'ON_DEMAND' : 'PROVISIONED')

export const stream = kind<StreamState>({
  name: 'stream',
  keepsData: true,
  summary: ({ shards }) => (shards === 'on-demand' ? 'on demand' : `${shards} shard${shards === 1 ? '' : 's'}`),
  async read({ invoke }, StreamName) {
    const found = await present<Summary>(
      invoke('kinesis', 'DescribeStreamSummary', { StreamName }),
      'ResourceNotFoundException',
    )
    if (!found) return undefined
    const { StreamModeDetails, OpenShardCount, RetentionPeriodHours, EncryptionType, KeyId } =
      found.StreamDescriptionSummary
    return {
      shards: StreamModeDetails?.StreamMode === 'ON_DEMAND' ? 'on-demand' : OpenShardCount,
      retentionHours: RetentionPeriodHours,
      kmsKey: EncryptionType === 'KMS' ? (KeyId ?? null) : null,
      tags: await tagsOf(invoke, StreamName),
    }
  },
  async create({ invoke }, StreamName, { shards, tags }) {
    const size = shards === 'on-demand' ? {} : { ShardCount: shards }
    const StreamModeDetails = { StreamMode: modeOf(shards) }
    await invoke('kinesis', 'CreateStream', { StreamName, ...size, StreamModeDetails, Tags: tags })
  },
  async change(aws, StreamName, wanted, found) {
    const { invoke } = aws
    await reshard(aws, StreamName, wanted.shards, found.shards)
    if (wanted.retentionHours !== found.retentionHours) {
      const act = wanted.retentionHours > found.retentionHours ? 'Increase' : 'Decrease'
      const input = { StreamName, RetentionPeriodHours: wanted.retentionHours }
      await invoke('kinesis', `${act}StreamRetentionPeriod`, input)
    }
    const encryption = (KeyId: string) => ({ StreamName, EncryptionType: 'KMS', KeyId })
    if (wanted.kmsKey !== found.kmsKey) {
      if (found.kmsKey !== null) await invoke('kinesis', 'StopStreamEncryption', encryption(found.kmsKey))
      if (wanted.kmsKey !== null) await invoke('kinesis', 'StartStreamEncryption', encryption(wanted.kmsKey))
    }
    await retag(wanted.tags, found.tags, {
      set: Tags => invoke('kinesis', 'AddTagsToStream', { StreamName, Tags }),
      take: TagKeys => invoke('kinesis', 'RemoveTagsFromStream', { StreamName, TagKeys }),
    })
  },
  async remove({ invoke }, StreamName) {
    const input = { StreamName, EnforceConsumerDeletion: true }
    await present(invoke('kinesis', 'DeleteStream', input), 'ResourceNotFoundException')
  },
  async owned({ invoke, lake }) {
    const names = await listed(
      pages<{ StreamNames: readonly string[]; HasMoreStreams: boolean }>(
        more => invoke('kinesis', 'ListStreams', more),
        ({ StreamNames, HasMoreStreams }) =>
          HasMoreStreams ? { ExclusiveStartStreamName: StreamNames.at(-1) } : undefined,
      ),
      page => page.StreamNames,
    )
    const own: string[] = []
    for (const name of names) if ((await tagsOf(invoke, name))[mark] === lake) own.push(name)
    return own
  },
  lakeOf: (_, { tags }) => tags[mark],
  holds: async (aws, name) => ((await hasRecords(aws, name)) ? 'records' : undefined),
  warns: (wanted, found) =>
    wanted.retentionHours < found.retentionHours
      ? `records older than ${wanted.retentionHours} hours go, and do not come back`
      : undefined,
})

async function tagsOf(invoke: Aws['invoke'], StreamName: string): Promise<Tags> {
  const found = pages<{ Tags: AwsTags; HasMoreTags: boolean }>(
    more => invoke('kinesis', 'ListTagsForStream', { StreamName, ...more }),
    ({ Tags, HasMoreTags }) => (HasMoreTags ? { ExclusiveStartTagKey: Tags.at(-1)?.Key } : undefined),
  )
  return tagsFrom(await listed(found, page => page.Tags))
}

/** AWS takes at most twice as many and at least half as many shards at once. */
async function reshard(
  aws: Aws,
  StreamName: string,
  wanted: StreamState['shards'],
  found: StreamState['shards'],
): Promise<void> {
  const { invoke } = aws
  if (modeOf(wanted) !== modeOf(found)) {
    const input = { StreamARN: arnOf(aws, StreamName), StreamModeDetails: { StreamMode: modeOf(wanted) } }
    await invoke('kinesis', 'UpdateStreamMode', input)
  }
  if (wanted === 'on-demand') return
  let open = found === 'on-demand' ? await openShards(aws, StreamName) : found
  while (open !== wanted) {
    open = Math.max(Math.ceil(open / 2), Math.min(open * 2, wanted))
    const input = { StreamName, TargetShardCount: open, ScalingType: 'UNIFORM_SCALING' }
    await invoke('kinesis', 'UpdateShardCount', input)
  }
}

const openShards = async ({ invoke }: Aws, StreamName: string) =>
  ((await invoke('kinesis', 'DescribeStreamSummary', { StreamName })) as unknown as Summary).StreamDescriptionSummary
    .OpenShardCount

async function hasRecords({ invoke }: Aws, StreamName: string): Promise<boolean> {
  const shards = await listed(
    pages<{ Shards?: readonly { ShardId: string }[]; NextToken?: string }>(
      more => invoke('kinesis', 'ListShards', 'NextToken' in more ? more : { StreamName }),
      ({ NextToken }) => (NextToken === undefined ? undefined : { NextToken }),
    ),
    page => page.Shards,
  )
  for (const { ShardId } of shards) {
    const from = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }
    let { ShardIterator: at } = (await invoke('kinesis', 'GetShardIterator', from)) as { ShardIterator?: string }
    // An answer without records is not the end of a shard as long as it says that it is behind the latest.
    for (let behind = 1; at !== undefined && behind > 0; ) {
      const page = (await invoke('kinesis', 'GetRecords', { ShardIterator: at, Limit: 1 })) as {
        Records: readonly unknown[]
        NextShardIterator?: string
        MillisBehindLatest?: number
      }
      if (page.Records.length > 0) return true
      at = page.NextShardIterator
      behind = page.MillisBehindLatest ?? 0
    }
  }
  return false
}
