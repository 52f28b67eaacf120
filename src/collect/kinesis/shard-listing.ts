// ListShards: a stream's shards by filter, page by page. A token carries the whole question, so a later page is asked
// by it alone.
import { ExpiredNextTokenException, InvalidArgumentException, noSuchShard, noSuchStream } from './faults.ts'
import type { Kinesis, Scope } from './kinesis.ts'
import { listTokenLifeMilliseconds, shardsPerListMax } from './limits.ts'
import { shardNumberOf } from './sequence.ts'
import type { Shard } from './shard.ts'
import type { Stream } from './stream.ts'
import { streamNamed } from './stream-reference.ts'

export interface ShardFilter {
  readonly type:
    | 'AFTER_SHARD_ID'
    | 'AT_TRIM_HORIZON'
    | 'FROM_TRIM_HORIZON'
    | 'AT_LATEST'
    | 'AT_TIMESTAMP'
    | 'FROM_TIMESTAMP'
  readonly shardId?: string | undefined
  readonly at?: number | undefined
}

export interface ShardQuestion {
  readonly name?: string | undefined
  readonly arn?: string | undefined
  readonly streamId?: string | undefined
  readonly token?: string | undefined
  readonly after?: string | undefined
  readonly limit?: number | undefined
  readonly createdAt?: number | undefined
  readonly filter?: ShardFilter | undefined
  readonly now: number
}

export interface ShardPage {
  readonly stream: Stream
  readonly shards: readonly Shard[]
  readonly next?: string | undefined
}

interface Cursor {
  readonly stream: Stream
  readonly after: number
  readonly filter: ShardFilter | undefined
}

const purpose = 'list shards'

/** The ARN of the stream that a token goes on listing: what its user must have leave for. */
export const streamListed = (kinesis: Kinesis, token: string): string => contentOf(kinesis, token)[0]

type TokenContent = readonly [arn: string, streamId: string, last: number, filter: string, sealedAt: number]

function contentOf(kinesis: Kinesis, token: string): TokenContent {
  const content = kinesis.seal.open(purpose, token)
  if (content === undefined) throw new InvalidArgumentException('NextToken is invalid.')
  return content as TokenContent
}

export function listShards(kinesis: Kinesis, scope: Scope, question: ShardQuestion): ShardPage {
  const { stream, after, filter } =
    question.token === undefined ? begin(kinesis, scope, question) : resume(kinesis, scope, question, question.token)
  const limit = Math.min(question.limit ?? shardsPerListMax, shardsPerListMax)
  const matching = stream
    .shardsKept(question.now)
    .filter(shard => shard.number > after && matches(stream, shard, filter, question.now))
  const shards = matching.slice(0, limit)
  const last = shards.at(-1)
  const content = [stream.arn, stream.id, last?.number ?? after, JSON.stringify(filter ?? null), question.now]
  return {
    stream,
    shards,
    ...(matching.length > limit && { next: kinesis.seal.seal(purpose, content) }),
  }
}

function begin(kinesis: Kinesis, scope: Scope, question: ShardQuestion): Cursor {
  const { filter } = question
  if (question.name === undefined && question.arn === undefined) {
    throw new InvalidArgumentException('Either NextToken or StreamName should be provided.')
  }
  const stream = streamNamed(kinesis, scope, question, 'shared')
  if (question.createdAt !== undefined && Math.abs(question.createdAt - stream.createdAt) >= 1000) {
    throw noSuchStream(stream)
  }
  if (filter?.type.endsWith('_TIMESTAMP') && filter.at === undefined) {
    throw new InvalidArgumentException(`A ShardFilter of type ${filter.type} needs a Timestamp.`)
  }
  if (filter?.type === 'AFTER_SHARD_ID' && filter.shardId === undefined) {
    throw new InvalidArgumentException('A ShardFilter of type AFTER_SHARD_ID needs a ShardId.')
  }
  const start = question.after ?? (filter?.type === 'AFTER_SHARD_ID' ? filter.shardId : undefined)
  const after = start === undefined ? -1 : shardNumberOf(start)
  if (after === undefined) throw noSuchShard(start ?? '', stream)
  return { stream, after, filter }
}

function resume(kinesis: Kinesis, scope: Scope, question: ShardQuestion, token: string): Cursor {
  const { name, arn, streamId: id, after, createdAt, filter } = question
  const beside = Object.entries({
    StreamName: name,
    StreamARN: arn,
    StreamId: id,
    ExclusiveStartShardId: after,
    StreamCreationTimestamp: createdAt,
    ShardFilter: filter,
  }).find(([, given]) => given !== undefined)
  // AWS refuses even the stream's own ARN: the token names it. https://github.com/awslabs/amazon-kinesis-producer/issues/481
  if (beside !== undefined) {
    throw new InvalidArgumentException(`NextToken and ${beside[0]} cannot be provided together.`)
  }
  const [listed, streamId, last, sealedFilter, sealedAt] = contentOf(kinesis, token)
  if (question.now - sealedAt > listTokenLifeMilliseconds) {
    throw new ExpiredNextTokenException('The pagination token passed to the operation is expired.')
  }
  const stream = kinesis.streamByArn(listed)
  if (stream?.id !== streamId) throw noSuchStream({ name: nameOf(listed), account: scope.account })
  return { stream, after: last, filter: JSON.parse(sealedFilter) ?? undefined }
}

const nameOf = (arn: string): string => arn.slice(arn.indexOf('/') + 1)

function matches(stream: Stream, shard: Shard, filter: ShardFilter | undefined, now: number): boolean {
  // The horizon of a stream younger than its retention is its creation.
  const horizon = Math.max(stream.createdAt, stream.horizon(now))
  const openSince = (at: number) => shard.ended === undefined || shard.ended.closedAt >= at
  // At the very instant of a reshard parents and children both were: a reader who begins then needs the parents.
  const openAt = (at: number) => shard.createdAt <= at && openSince(at)
  switch (filter?.type) {
    case undefined:
    case 'AFTER_SHARD_ID':
      return true
    case 'AT_LATEST':
      return shard.ended === undefined
    case 'AT_TRIM_HORIZON':
      return openAt(horizon)
    case 'FROM_TRIM_HORIZON':
      return openSince(horizon)
    case 'AT_TIMESTAMP':
      return openAt(Math.max(horizon, filter.at ?? 0))
    case 'FROM_TIMESTAMP':
      return openSince(filter.at ?? 0)
  }
}
