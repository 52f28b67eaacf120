/** Glue jobs. A job that is there with another source keeps its bookmark: what it has taken, it has taken. */
import { same } from '../changes.ts'
import { listed, pages, present } from '../invoke.ts'
import { kind } from '../kind.ts'
import { glueRetag, glueTags, nextToken, noEntity, tagged } from './glue.ts'
import { mark, type Tags } from './tags.ts'

export type JobState = {
  readonly role: string
  readonly script: string
  readonly arguments: { readonly [name: string]: string }
  readonly timeoutMinutes: number
  readonly concurrentRuns: number
  readonly retries: number
  readonly tags: Tags
}

interface Job {
  readonly Role: string
  readonly Command?: { readonly ScriptLocation?: string }
  readonly DefaultArguments?: { readonly [name: string]: string }
  readonly Timeout?: number
  readonly MaxRetries?: number
  readonly ExecutionProperty?: { readonly MaxConcurrentRuns?: number }
}

const bodyOf = (wanted: JobState) => ({
  Role: wanted.role,
  Command: { Name: 'glueetl', ScriptLocation: wanted.script },
  DefaultArguments: wanted.arguments,
  Timeout: wanted.timeoutMinutes,
  MaxRetries: wanted.retries,
  ExecutionProperty: { MaxConcurrentRuns: wanted.concurrentRuns },
})

export const job = kind<JobState>({
  name: 'job',
  summary: wanted => wanted.script,
  async read(aws, JobName) {
    const found = await present<{ Job: Job }>(aws.invoke('glue', 'GetJob', { JobName }), noEntity)
    if (!found) return undefined
    const { Role, Command, DefaultArguments = {}, Timeout = 2880, MaxRetries = 0, ExecutionProperty } = found.Job
    return {
      role: Role,
      script: Command?.ScriptLocation ?? '',
      arguments: DefaultArguments,
      timeoutMinutes: Timeout,
      concurrentRuns: ExecutionProperty?.MaxConcurrentRuns ?? 1,
      retries: MaxRetries,
      tags: await glueTags(aws, `job/${JobName}`),
    }
  },
  async create({ invoke }, Name, wanted) {
    await invoke('glue', 'CreateJob', { Name, ...bodyOf(wanted), Tags: wanted.tags })
  },
  async change(aws, JobName, wanted, found) {
    if (!same({ ...wanted, tags: {} }, { ...found, tags: {} }))
      await aws.invoke('glue', 'UpdateJob', { JobName, JobUpdate: bodyOf(wanted) })
    await glueRetag(aws, `job/${JobName}`, wanted.tags, found.tags)
  },
  async remove({ invoke }, JobName) {
    await present(invoke('glue', 'DeleteJob', { JobName }), noEntity)
  },
  owned: aws =>
    listed(
      pages<{ JobNames?: readonly string[]; NextToken?: string }>(
        more => aws.invoke('glue', 'ListJobs', { ...tagged(aws), ...more }),
        nextToken,
      ),
      page => page.JobNames,
    ),
  lakeOf: (_, { tags }) => tags[mark],
})
