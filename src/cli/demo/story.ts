/** The demo's story, one record's whole way: laid out, sent, delivered, curated, catalogued, queried. */
import { ApplyFailed } from '../../define/apply.ts'
import type { LakeDefinition } from '../../define/lake.ts'
import { DefinitionMistake } from '../../define/mistake.ts'
import { planText } from '../../define/plan-text.ts'
import type { Lake } from '../../in-process/lake.ts'
import type { Clock } from '../../world/clock.ts'
import { LakeMistake } from '../../world/mistake.ts'
import {
  account,
  analyticsBucket,
  database,
  delivery,
  job,
  partOf,
  query,
  rawBucket,
  region,
  stream,
  table,
} from './example.ts'
import { bytesOf, countOf, type Gauge, type Screen } from './screen.ts'
import type { Reading } from './weather.ts'

type Invoke = (
  service: string,
  operation: string,
  input: Readonly<Record<string, unknown>>,
) => Promise<Readonly<Record<string, unknown>>>

export interface Telling {
  readonly lake: Lake
  readonly definition: LakeDefinition
  readonly screen: Screen
  readonly observations: readonly Reading[]
  readonly realTime: Clock
  /** Somebody looks at it: then it goes no faster than the eye. */
  readonly watched: boolean
}

const batchRecords = 50
const batchSeconds = 2
const frameMilliseconds = 60

export async function tell(telling: Telling): Promise<void> {
  const { lake, screen } = telling
  const invoke: Invoke = (service, operation, input) => lake.invoke({ account, region }, service, operation, input)

  screen.title('The pipeline, as examples/temperature/lake.ts defines it')
  await layOut(telling)
  await collect(telling, invoke)
  await curate(telling, invoke)
  await analyze(telling, invoke)
}

async function layOut({ lake, definition, screen }: Telling): Promise<void> {
  try {
    const plan = await lake.apply(definition)
    for (const line of planText(plan).split('\n')) screen.line(line)
  } catch (error) {
    if (error instanceof ApplyFailed || error instanceof DefinitionMistake)
      throw new LakeMistake(`${error.message} Give --data an empty directory, or run 'biwa up' on this one.`)
    throw error
  }
}

async function collect(telling: Telling, invoke: Invoke): Promise<void> {
  const { lake, screen, observations, realTime, watched } = telling
  const { seconds: bufferSeconds, mebibytes: bufferMebibytes } = partOf(telling.definition, 'delivery', delivery).buffer
  screen.title(`Collect: ${countOf(observations.length)} observations of two cities, some of them broken`)
  const { firehose } = await lake.parts()
  const began = realTime.elapsed()
  let sent = 0
  let landed = await objectsUnder(invoke, rawBucket, 'raw_data/')
  const draw = () => {
    const buffer = firehose.progress({ account, region }, delivery)
    const gauges: Gauge[] = [
      { name: 'records in', value: countOf(sent), fill: sent / observations.length },
      {
        name: 'buffer',
        value: bytesOf(buffer.bufferedBytes),
        fill: Math.max(
          buffer.bufferedBytes / (bufferMebibytes * 1024 ** 2),
          buffer.bufferedMilliseconds / (bufferSeconds * 1000),
        ),
        note: `${bufferMebibytes} MiB or ${bufferSeconds} s, whichever first: ${Math.round(buffer.bufferedMilliseconds / 1000)} s`,
      },
      {
        name: 'objects landed',
        value: countOf(landed.count),
        note: landed.count > 0 ? `${bytesOf(landed.bytes)} of gzip` : '',
      },
    ]
    screen.gauges(gauges)
  }
  for (let at = 0; at < observations.length; at += batchRecords) {
    const batch = observations.slice(at, at + batchRecords)
    const Records = batch.map(({ device, text }) => ({
      PartitionKey: device,
      Data: Buffer.from(text).toString('base64'),
    }))
    await invoke('kinesis', 'PutRecords', { StreamName: stream, Records })
    sent += batch.length
    await lake.clock.advance({ seconds: batchSeconds })
    landed = await objectsUnder(invoke, rawBucket, 'raw_data/')
    draw()
    if (watched) await pause(realTime, frameMilliseconds)
  }
  await lake.clock.advance({ seconds: bufferSeconds })
  landed = await objectsUnder(invoke, rawBucket, 'raw_data/')
  draw()
  screen.done(
    `${countOf(sent)} records accepted, each fsynced before its answer; ${landed.count} objects of ${bytesOf(landed.bytes)} landed under ${landed.folder}`,
  )
  screen.line(
    screen.dim(
      `${Math.round(((observations.length / batchRecords) * batchSeconds + bufferSeconds) / 60)} minutes of the lake's clock, ${seconds(realTime.elapsed() - began)} of yours`,
    ),
  )
}

async function curate(telling: Telling, invoke: Invoke): Promise<void> {
  const { lake, screen } = telling
  screen.title('Transform: the job takes the new objects, once')
  const first = await runJob(telling, invoke)
  const share = (part: number) => part / Math.max(1, first.recordsIn)
  screen.gauges([
    { name: 'rows written', value: countOf(first.rowsWritten), fill: share(first.rowsWritten) },
    { name: 'dead letters', value: countOf(first.deadLetters), fill: share(first.deadLetters) },
  ])
  screen.done(
    `${countOf(first.recordsIn)} records in = ${countOf(first.recordsOut)} out + ${countOf(first.deadLetters)} dead letters; ` +
      `${countOf(first.rowsWritten)} rows in ${countOf(first.filesWritten)} Parquet files (${seconds(first.milliseconds)})`,
  )
  for (const { reason, raw } of (await deadLetters(lake, invoke)).slice(0, 4))
    screen.aside(`dead letter: ${reason}`, raw)
  const second = await runJob(telling, invoke)
  screen.done(
    `run again: ${countOf(second.recordsIn)} new records, ${countOf(second.rowsWritten)} rows: the bookmark moved with the commit`,
  )
  const columns = Object.keys(partOf(telling.definition, 'table', table).columns).length
  screen.done(
    `catalog: table ${database}.${table}, ${columns} columns, ${await partitionCount(invoke)} partitions that the run registered`,
  )
}

async function analyze({ lake, screen, realTime }: Telling, invoke: Invoke): Promise<void> {
  screen.title('Analyze')
  for (const line of query.split('\n')) screen.line(screen.dim(line))
  const began = realTime.elapsed()
  const { QueryExecutionId } = await invoke('athena', 'StartQueryExecution', {
    QueryString: query,
    QueryExecutionContext: { Database: database },
    ResultConfiguration: { OutputLocation: `s3://${analyticsBucket}/athena-results/` },
  })
  await lake.clock.settle()
  const took = realTime.elapsed() - began
  const { QueryExecution } = (await invoke('athena', 'GetQueryExecution', { QueryExecutionId })) as {
    QueryExecution: Execution
  }
  if (QueryExecution.Status.State !== 'SUCCEEDED')
    throw new Error(`the query ended ${QueryExecution.Status.State}: ${QueryExecution.Status.StateChangeReason}`)
  const { ResultSet } = (await invoke('athena', 'GetQueryResults', { QueryExecutionId })) as {
    ResultSet: { Rows: readonly { Data: readonly { VarCharValue?: string }[] }[] }
  }
  const [header = [], ...rows] = ResultSet.Rows.map(row => row.Data.map(cell => cell.VarCharValue ?? ''))
  screen.table(header, rows)
  const { priceOf } = await import('../../analyze/athena/price.ts')
  const scanned = QueryExecution.Statistics.DataScannedInBytes
  const whole = await objectsUnder(invoke, analyticsBucket, 'curated/')
  screen.done(
    `${seconds(took)}; scanned ${bytesOf(scanned)} of the table's ${bytesOf(whole.bytes)} (1 of ${await partitionCount(invoke)} partitions), at Athena $${priceOf(scanned).toFixed(6)}`,
  )
}

interface Execution {
  readonly Status: { readonly State: string; readonly StateChangeReason?: string }
  readonly Statistics: { readonly DataScannedInBytes: number }
}

async function runJob({ lake, screen, realTime }: Telling, invoke: Invoke) {
  const began = realTime.elapsed()
  const { JobRunId } = await invoke('glue', 'StartJobRun', { JobName: job })
  const ended = lake.clock.advance({ seconds: 1 })
  let running = true
  const done = ended.finally(() => {
    running = false
  })
  while (running) {
    screen.gauges([{ name: 'job', value: `running, ${seconds(realTime.elapsed() - began)}` }])
    await Promise.race([done, pause(realTime, 2 * frameMilliseconds)])
  }
  screen.erase()
  const { JobRun } = (await invoke('glue', 'GetJobRun', { JobName: job, RunId: JobRunId })) as {
    JobRun: { JobRunState: string; ErrorMessage?: string }
  }
  if (JobRun.JobRunState !== 'SUCCEEDED')
    throw new Error(`the job's run ended ${JobRun.JobRunState}: ${JobRun.ErrorMessage}`)
  const { jobs } = await lake.parts()
  const figures = jobs.lastRun({ account, region }, job)?.numbers
  if (!figures) throw new Error('the job ran and left no record')
  return { ...figures, milliseconds: realTime.elapsed() - began }
}

async function deadLetters(lake: Lake, invoke: Invoke): Promise<readonly { reason: string; raw: string }[]> {
  const { Contents = [] } = (await invoke('s3', 'ListObjectsV2', {
    Bucket: analyticsBucket,
    Prefix: 'dead_letters/',
  })) as {
    Contents?: readonly { Key: string }[]
  }
  const { s3 } = await lake.parts()
  const letters: { reason: string; raw: string }[] = []
  for (const { Key } of Contents) {
    const object = s3.latest(analyticsBucket, Key)
    if (!object) continue
    const chunks: Uint8Array[] = []
    for await (const chunk of s3.read(object)) chunks.push(chunk)
    for (const line of Buffer.concat(chunks).toString('utf8').trim().split('\n')) letters.push(JSON.parse(line))
  }
  return letters
}

async function objectsUnder(invoke: Invoke, bucket: string, prefix: string) {
  const { Contents = [] } = (await invoke('s3', 'ListObjectsV2', { Bucket: bucket, Prefix: prefix })) as {
    Contents?: readonly { Key: string; Size: number }[]
  }
  const folder = Contents[0]?.Key.replace(/[^/]*$/, '') ?? prefix
  return { count: Contents.length, bytes: Contents.reduce((sum, { Size }) => sum + Size, 0), folder }
}

async function partitionCount(invoke: Invoke): Promise<number> {
  const { Partitions = [] } = (await invoke('glue', 'GetPartitions', {
    DatabaseName: database,
    TableName: table,
  })) as { Partitions?: readonly unknown[] }
  return Partitions.length
}

const pause = (clock: Clock, milliseconds: number) =>
  new Promise<void>(resolve => void clock.at(clock.now() + milliseconds, 'the next frame', resolve))
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 0)} s`
