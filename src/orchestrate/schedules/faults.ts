/** What callers do wrong with schedules (EventBridge Scheduler), rules (EventBridge), triggers and crawlers (Glue), in AWS's words. */
import { faultClass } from '../../gateway/fault.ts'

export const ValidationException = faultClass('ValidationException')

const ScheduleNotFound = faultClass('ResourceNotFoundException', { status: 404 })
const ScheduleConflict = faultClass('ConflictException', { status: 409 })
const RuleNotFound = faultClass('ResourceNotFoundException')
const AlreadyExistsException = faultClass('AlreadyExistsException')
const EntityNotFoundException = faultClass('EntityNotFoundException')
const NoScheduleException = faultClass('NoScheduleException')
const SchedulerRunningException = faultClass('SchedulerRunningException')
const SchedulerNotRunningException = faultClass('SchedulerNotRunningException')
export const InvalidInputException = faultClass('InvalidInputException')

export const noSuchSchedule = (name: string) => new ScheduleNotFound(`Schedule ${name} does not exist.`)
export const noSuchGroup = (name: string) => new ScheduleNotFound(`Schedule group ${name} does not exist.`)
export const scheduleExists = (name: string) => new ScheduleConflict(`Schedule ${name} already exists.`)
export const groupExists = (name: string) => new ScheduleConflict(`Schedule group ${name} already exists.`)
export const invalidScheduleExpression = (text: string) =>
  new ValidationException(`Invalid Schedule Expression ${text}.`)
export const invalidTimeZone = (name: string) => new ValidationException(`Invalid ScheduleExpressionTimezone ${name}.`)
export const malformedTarget = () => new ValidationException('Provided Arn is not in correct format.')

export const noSuchRule = (name: string) => new RuleNotFound(`Rule ${name} does not exist on EventBus default.`)
export const noSuchBus = (name: string) => new RuleNotFound(`Event bus ${name} does not exist.`)
export const invalidRuleExpression = () => new ValidationException('Parameter ScheduleExpression is not valid.')
export const ruleHasTargets = () => new ValidationException("Rule can't be deleted since it has targets.")
export const invalidRuleTarget = (arn: string, reason: string) =>
  new ValidationException(`Parameter ${arn} is not valid. Reason: ${reason}`)

/** AWS says only that the ARN is not in the correct format; whoever writes this wants to know what does start a job. */
export const ruleCannotStartJob = (arn: string) =>
  invalidRuleTarget(
    arn,
    'Provided Arn is not in correct format. A rule cannot start a Glue job directly. Three ways can: an EventBridge ' +
      'Scheduler schedule with the target arn:aws:scheduler:::aws-sdk:glue:startJobRun and the Input {"JobName": "…"}; ' +
      'a Glue trigger of type SCHEDULED; a rule whose target is a Glue workflow.',
  )

export const triggerExists = (name: string) =>
  new AlreadyExistsException(`Trigger with name ${name} already submitted.`)
export const noSuchTrigger = (name: string) => new EntityNotFoundException(`Entity not found: trigger ${name}.`)
export const noCrawlerSchedule = (name: string) =>
  new NoScheduleException(`Crawler with name ${name} has no schedule. UpdateCrawlerSchedule gives it one.`)
export const crawlerScheduleRunning = (name: string) =>
  new SchedulerRunningException(`The schedule of the crawler with name ${name} is SCHEDULED already.`)
export const crawlerScheduleNotRunning = (name: string) =>
  new SchedulerNotRunningException(`The schedule of the crawler with name ${name} is NOT_SCHEDULED already.`)
