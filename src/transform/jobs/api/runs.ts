// Runs of jobs.
import { Fault } from '../../../gateway/fault.ts'
import { operation } from '../../../gateway/operation.ts'
import { boolean, integer, list, optional, string, structure } from '../../../gateway/shape.ts'
import { InvalidInputException, noSuchJob } from '../faults.ts'
import type { Jobs } from '../jobs.ts'
import { pageRunsMax } from '../limits.ts'
import {
  argumentsMap,
  awsRun,
  errorDetail,
  jobArn,
  jobRun,
  keptOfRun,
  name,
  pagePosition,
  pageToken,
  refuseQueuing,
  runMembers,
  timeout,
} from './shapes.ts'

/** https://docs.aws.amazon.com/glue/latest/webapi/API_StartJobRun.html */
export const StartJobRun = operation({
  input: {
    ...runMembers,
    JobName: name,
    JobRunId: optional(name),
    Arguments: optional(argumentsMap),
    Timeout: optional(timeout),
  },
  output: { JobRunId: optional(name) },
  resource: (input, call) => jobArn(call, input.JobName),
  async handle(jobs: Jobs, input, call) {
    refuseQueuing(input.JobRunQueuingEnabled)
    const id = await jobs.startRun(call, {
      jobName: input.JobName,
      arguments: input.Arguments,
      timeoutMinutes: input.Timeout,
      previousRunId: input.JobRunId,
      isUnattended: call.invokedBy !== undefined,
      kept: keptOfRun(input),
    })
    return { JobRunId: id }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetJobRun.html */
export const GetJobRun = operation({
  input: { JobName: name, RunId: name, PredecessorsIncluded: optional(boolean()) },
  output: { JobRun: optional(jobRun) },
  resource: (input, call) => jobArn(call, input.JobName),
  handle(jobs: Jobs, input, call) {
    const run = jobs.run(call, input.JobName, input.RunId)
    const of = jobs.find(call, input.JobName)
    if (!of) throw noSuchJob(input.JobName)
    return { JobRun: awsRun(run, of) }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetJobRuns.html: newest first. */
export const GetJobRuns = operation({
  input: {
    JobName: name,
    NextToken: optional(string()),
    MaxResults: optional(integer({ min: 1, max: 200 })),
  },
  output: { JobRuns: optional(list(jobRun)), NextToken: optional(string()) },
  resource: (input, call) => jobArn(call, input.JobName),
  handle(jobs: Jobs, input, call) {
    const limit = input.MaxResults ?? pageRunsMax
    const before = Number(pagePosition(input.NextToken) || Number.MAX_SAFE_INTEGER)
    if (!Number.isSafeInteger(before))
      throw new InvalidInputException(`NextToken is not one that this listing gave: ${input.NextToken}`)
    const of = jobs.find(call, input.JobName)
    if (!of) throw noSuchJob(input.JobName)
    const found = jobs.runs(call, input.JobName, limit + 1, before)
    const shown = found.slice(0, limit)
    return {
      JobRuns: shown.map(run => awsRun(run, of)),
      NextToken: found.length > limit ? pageToken(shown.at(-1)?.number ?? 0) : undefined,
    }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_BatchStopJobRun.html */
export const BatchStopJobRun = operation({
  input: { JobName: name, JobRunIds: list(name, { min: 1, max: 25 }) },
  output: {
    SuccessfulSubmissions: optional(list(structure({ JobName: optional(name), JobRunId: optional(name) }))),
    Errors: optional(
      list(structure({ JobName: optional(name), JobRunId: optional(name), ErrorDetail: optional(errorDetail) })),
    ),
  },
  resource: (input, call) => jobArn(call, input.JobName),
  async handle(jobs: Jobs, input, call) {
    const stopped: string[] = []
    const errors: { JobName: string; JobRunId: string; ErrorDetail: { ErrorCode: string; ErrorMessage: string } }[] = []
    for (const id of input.JobRunIds) {
      try {
        await jobs.stopRun(call, input.JobName, id)
        stopped.push(id)
      } catch (cause) {
        if (!(cause instanceof Fault)) throw cause
        const detail = { ErrorCode: cause.code, ErrorMessage: cause.message }
        errors.push({ JobName: input.JobName, JobRunId: id, ErrorDetail: detail })
      }
    }
    return {
      SuccessfulSubmissions: stopped.map(id => ({ JobName: input.JobName, JobRunId: id })),
      Errors: errors,
    }
  },
})
