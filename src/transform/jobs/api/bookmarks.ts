// What a job remembers of its inputs.
import { operation } from '../../../gateway/operation.ts'
import { integer, optional, string, structure, type Value } from '../../../gateway/shape.ts'
import type { BookmarkEntry, Jobs } from '../jobs.ts'
import { jobArn } from './shapes.ts'

const entry = structure({
  JobName: optional(string()),
  Version: optional(integer()),
  Run: optional(integer()),
  Attempt: optional(integer()),
  PreviousRunId: optional(string()),
  RunId: optional(string()),
  JobBookmark: optional(string()),
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetJobBookmark.html */
export const GetJobBookmark = operation({
  input: { JobName: string(), RunId: optional(string()) },
  output: { JobBookmarkEntry: optional(entry) },
  resource: (input, call) => jobArn(call, input.JobName),
  handle(jobs: Jobs, input, call) {
    return { JobBookmarkEntry: awsBookmark(input.JobName, jobs.bookmark(call, input.JobName, input.RunId)) }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_ResetJobBookmark.html: with RunId, back to how that run left it. */
export const ResetJobBookmark = operation({
  input: { JobName: string(), RunId: optional(string()) },
  output: { JobBookmarkEntry: optional(entry) },
  resource: (input, call) => jobArn(call, input.JobName),
  async handle(jobs: Jobs, input, call) {
    const bookmark = await jobs.resetBookmark(call, input.JobName, input.RunId)
    return { JobBookmarkEntry: awsBookmark(input.JobName, bookmark) }
  },
})

function awsBookmark(jobName: string, bookmark: BookmarkEntry): Value<typeof entry> {
  const state = bookmark.contexts.map(({ context, objects, lastModifiedAt }) => [
    context,
    { objects, lastModified: new Date(lastModifiedAt).toISOString() },
  ])
  return {
    JobName: jobName,
    Version: bookmark.version,
    Run: bookmark.runs,
    Attempt: bookmark.lastRun?.attempt ?? 0,
    PreviousRunId: bookmark.lastRun?.previousRunId,
    RunId: bookmark.lastRun?.id,
    JobBookmark: JSON.stringify(Object.fromEntries(state)),
  }
}
