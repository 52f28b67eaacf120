// Definitions of jobs.
import { operation } from '../../../gateway/operation.ts'
import { integer, list, optional, string } from '../../../gateway/shape.ts'
import { noSuchJob } from '../faults.ts'
import type { Jobs } from '../jobs.ts'
import { pageJobsMax } from '../limits.ts'
import {
  awsJob,
  createJobMembers,
  job,
  jobArn,
  jobDefinition,
  jobUpdate,
  name,
  pagePosition,
  pageToken,
  passedToGlue,
  tags,
} from './shapes.ts'

/** https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html */
export const CreateJob = operation({
  input: { ...createJobMembers, Tags: optional(tags) },
  output: { Name: optional(name) },
  resource: (input, call) => jobArn(call, input.Name),
  passes: (input, call) => passedToGlue(call, input.Role),
  async handle(jobs: Jobs, input, call) {
    await jobs.create(call, jobDefinition(input.Name, input), input.Tags)
    return { Name: input.Name }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetJob.html */
export const GetJob = operation({
  input: { JobName: name },
  output: { Job: optional(job) },
  resource: (input, call) => jobArn(call, input.JobName),
  handle(jobs: Jobs, input, call) {
    const found = jobs.find(call, input.JobName)
    if (!found) throw noSuchJob(input.JobName)
    return { Job: awsJob(found) }
  },
})

const page = { NextToken: optional(string()), MaxResults: optional(integer({ min: 1, max: 1000 })) }

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetJobs.html */
export const GetJobs = operation({
  input: page,
  output: { Jobs: optional(list(job)), NextToken: optional(string()) },
  resource: (_, call) => jobArn(call, '*'),
  handle(jobs: Jobs, input, call) {
    const limit = input.MaxResults ?? pageJobsMax
    const found = jobs.list(call, pagePosition(input.NextToken), limit + 1)
    const shown = found.slice(0, limit)
    return {
      Jobs: shown.map(awsJob),
      NextToken: found.length > limit ? pageToken(shown.at(-1)?.name ?? '') : undefined,
    }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_ListJobs.html */
export const ListJobs = operation({
  input: { ...page, Tags: optional(tags) },
  output: { JobNames: optional(list(name)), NextToken: optional(string()) },
  resource: (_, call) => jobArn(call, '*'),
  handle(jobs: Jobs, input, call) {
    const limit = input.MaxResults ?? pageJobsMax
    const wanted = Object.entries(input.Tags ?? {})
    const names: string[] = []
    for (let after = pagePosition(input.NextToken); ; ) {
      const some = jobs.list(call, after, pageJobsMax)
      for (const { name } of some) {
        const has = jobs.tags(call, name)
        if (names.length <= limit && wanted.every(([key, value]) => has[key] === value)) names.push(name)
      }
      const last = some.at(-1)
      if (!last || names.length > limit) break
      after = last.name
    }
    const shown = names.slice(0, limit)
    return { JobNames: shown, NextToken: names.length > limit ? pageToken(shown.at(-1) ?? '') : undefined }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetJobs.html */
export const BatchGetJobs = operation({
  input: { JobNames: list(name) },
  output: { Jobs: optional(list(job)), JobsNotFound: optional(list(name)) },
  resource: (input, call) => input.JobNames.map(each => jobArn(call, each)),
  handle(jobs: Jobs, input, call) {
    const found = input.JobNames.flatMap(each => jobs.find(call, each) ?? [])
    return { Jobs: found.map(awsJob), JobsNotFound: input.JobNames.filter(each => !jobs.find(call, each)) }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateJob.html: what is left out takes its default again. */
export const UpdateJob = operation({
  input: { JobName: name, JobUpdate: jobUpdate },
  output: { JobName: optional(name) },
  resource: (input, call) => jobArn(call, input.JobName),
  passes: (input, call) => passedToGlue(call, input.JobUpdate.Role),
  async handle(jobs: Jobs, input, call) {
    await jobs.update(call, jobDefinition(input.JobName, input.JobUpdate))
    return { JobName: input.JobName }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteJob.html: no fault for a job that is not there. */
export const DeleteJob = operation({
  input: { JobName: name },
  output: { JobName: optional(name) },
  resource: (input, call) => jobArn(call, input.JobName),
  async handle(jobs: Jobs, input, call) {
    await jobs.delete(call, input.JobName)
    return { JobName: input.JobName }
  },
})
