// AWS's shapes of jobs and runs, and their translation to plain values and back. Members that say how large a Spark
// cluster is to be, or how it is to log, are kept and returned: the embedded engine has no cluster.
import type { PassedRoles } from '../../../gateway/operation.ts'
import {
  boolean,
  double,
  enumeration,
  integer,
  map,
  optional,
  string,
  structure,
  timestamp,
  type Value,
  type Values,
} from '../../../gateway/shape.ts'
import { InvalidInputException } from '../faults.ts'
import type { Arguments, Job, JobDefinition, Run } from '../job.ts'
import { timeoutMinutesDefault } from '../limits.ts'

const line = '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*'
const lines = '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*'

export const name = string({ min: 1, max: 255, pattern: line })
export const tags = map(string({ min: 0, max: 256 }), { key: string({ min: 1, max: 128 }), min: 0, max: 50 })
export const argumentsMap = map(string(), { key: string() })
export const timeout = integer({ min: 1 })

const jobCommand = structure({
  Name: optional(string()),
  ScriptLocation: optional(string({ max: 400000 })),
  PythonVersion: optional(string({ pattern: '^([2-3]|3[.]9)$' })),
  Runtime: optional(string({ max: 64, pattern: '.*' })),
})
const notificationProperty = structure({ NotifyDelayAfter: optional(integer({ min: 1 })) })

/** Of a job and of a run. */
const capacityMembers = {
  AllocatedCapacity: optional(integer()),
  MaxCapacity: optional(double()),
  WorkerType: optional(enumeration('Standard', 'G.1X', 'G.2X', 'G.025X', 'G.4X', 'G.8X', 'Z.2X')),
  NumberOfWorkers: optional(integer()),
  SecurityConfiguration: optional(name),
  NotificationProperty: optional(notificationProperty),
  ExecutionClass: optional(enumeration('FLEX', 'STANDARD')),
}
const sharedMembers = {
  ...capacityMembers,
  JobMode: optional(enumeration('SCRIPT', 'VISUAL', 'NOTEBOOK')),
  GlueVersion: optional(string({ min: 1, max: 255, pattern: '^(\\w+\\.)+\\w+$' })),
}
const keptMembers = { ...sharedMembers, LogUri: optional(string()) }
const definitionMembers = {
  ...keptMembers,
  JobRunQueuingEnabled: optional(boolean()),
  Description: optional(string({ min: 0, max: 2048, pattern: lines })),
  ExecutionProperty: optional(structure({ MaxConcurrentRuns: optional(integer()) })),
  DefaultArguments: optional(argumentsMap),
  NonOverridableArguments: optional(argumentsMap),
  MaxRetries: optional(integer()),
  Timeout: optional(timeout),
}
export const createJobMembers = { ...definitionMembers, Name: name, Role: string(), Command: jobCommand }
export const jobUpdate = structure({ ...definitionMembers, Role: optional(string()), Command: optional(jobCommand) })
export const job = structure({
  ...definitionMembers,
  Name: optional(name),
  Role: optional(string()),
  Command: optional(jobCommand),
  CreatedOn: optional(timestamp()),
  LastModifiedOn: optional(timestamp()),
})
export const runMembers = { ...capacityMembers, JobRunQueuingEnabled: optional(boolean()) }
export const jobRun = structure({
  ...sharedMembers,
  Id: optional(name),
  Attempt: optional(integer()),
  PreviousRunId: optional(name),
  TriggerName: optional(name),
  JobName: optional(name),
  StartedOn: optional(timestamp()),
  LastModifiedOn: optional(timestamp()),
  CompletedOn: optional(timestamp()),
  JobRunState: optional(
    enumeration(
      'STARTING',
      'RUNNING',
      'STOPPING',
      'STOPPED',
      'SUCCEEDED',
      'FAILED',
      'TIMEOUT',
      'ERROR',
      'WAITING',
      'EXPIRED',
    ),
  ),
  Arguments: optional(argumentsMap),
  ErrorMessage: optional(string()),
  ExecutionTime: optional(integer()),
  Timeout: optional(timeout),
  StateDetail: optional(string({ max: 400000 })),
})
export const errorDetail = structure({ ErrorCode: optional(name), ErrorMessage: optional(string()) })

type Definition = Omit<Values<typeof createJobMembers>, 'Name' | 'Role' | 'Command'> & {
  readonly Role?: string | undefined
  readonly Command?: Value<typeof jobCommand> | undefined
}

export function jobDefinition(jobName: string, input: Definition): JobDefinition {
  refuseQueuing(input.JobRunQueuingEnabled)
  if (input.Role === undefined || input.Role === '') throw new InvalidInputException('Role must be given.')
  const recent = Number.parseInt(input.GlueVersion ?? '', 10) >= 5
  return {
    name: jobName,
    description: input.Description,
    role: input.Role,
    command: {
      name: input.Command?.Name ?? '',
      scriptLocation: input.Command?.ScriptLocation ?? '',
      pythonVersion: input.Command?.PythonVersion,
      runtime: input.Command?.Runtime,
    },
    defaultArguments: input.DefaultArguments ?? {},
    nonOverridableArguments: input.NonOverridableArguments ?? {},
    maxRetries: input.MaxRetries ?? 0,
    timeoutMinutes: input.Timeout ?? (recent ? timeoutMinutesDefault.recent : timeoutMinutesDefault.older),
    maxConcurrentRuns: input.ExecutionProperty?.MaxConcurrentRuns ?? 1,
    kept: pick(input, Object.keys(keptMembers)),
  }
}

export function awsJob(found: Job): Value<typeof job> {
  return {
    ...(found.kept as Partial<Value<typeof job>>),
    Name: found.name,
    Description: found.description,
    Role: found.role,
    CreatedOn: found.createdAt,
    LastModifiedOn: found.modifiedAt,
    ExecutionProperty: { MaxConcurrentRuns: found.maxConcurrentRuns },
    Command: {
      Name: found.command.name,
      ScriptLocation: found.command.scriptLocation,
      PythonVersion: found.command.pythonVersion,
      Runtime: found.command.runtime,
    },
    DefaultArguments: found.defaultArguments,
    NonOverridableArguments: present(found.nonOverridableArguments),
    MaxRetries: found.maxRetries,
    Timeout: found.timeoutMinutes,
  }
}

export function awsRun(found: Run, of: Job): Value<typeof jobRun> {
  return {
    ...(pick(of.kept, Object.keys(sharedMembers)) as Partial<Value<typeof jobRun>>),
    ...(found.kept as Partial<Value<typeof jobRun>>),
    Id: found.id,
    Attempt: found.attempt,
    PreviousRunId: found.previousRunId,
    TriggerName: found.triggerName,
    JobName: found.jobName,
    StartedOn: found.startedAt,
    LastModifiedOn: found.modifiedAt,
    CompletedOn: found.completedAt,
    JobRunState: found.state,
    Arguments: present(found.arguments),
    ErrorMessage: found.errorMessage,
    // AWS counts whole seconds.
    ExecutionTime: Math.round(found.executionMilliseconds / 1000),
    Timeout: found.timeoutMinutes,
    StateDetail: found.stateDetail,
  }
}

/** A run waits for nothing here: a queue would be a promise that is not kept. */
export function refuseQueuing(enabled: boolean | undefined): void {
  if (enabled)
    throw new InvalidInputException(
      'JobRunQueuingEnabled is not supported: leave it out, and start the run again when another has ended.',
    )
}

export const keptOfRun = (input: Readonly<Record<string, unknown>>) => pick(input, Object.keys(capacityMembers))

function pick(input: Readonly<Record<string, unknown>>, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.filter(each => input[each] !== undefined).map(each => [each, input[each]]))
}

const present = (given: Arguments) => (Object.keys(given).length > 0 ? given : undefined)

export const pageToken = (position: string | number) => Buffer.from(String(position)).toString('base64url')
export function pagePosition(token: string | undefined): string {
  if (token === undefined || token === '') return ''
  const position = Buffer.from(token, 'base64url').toString()
  if (pageToken(position) !== token)
    throw new InvalidInputException(`NextToken is not one that this listing gave: ${token}`)
  return position
}

export const jobArn = (call: { readonly account: string; readonly region: string }, jobName: string) =>
  `arn:aws:glue:${call.region}:${call.account}:job/${jobName}`

/** Glue takes a role by its ARN or by its name. */
export const passedToGlue = (call: { readonly account: string }, role: string | undefined): PassedRoles => ({
  service: 'glue.amazonaws.com',
  roles: [role === undefined || role.startsWith('arn:') ? role : `arn:aws:iam::${call.account}:role/${role}`],
})
