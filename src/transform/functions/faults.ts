/** AWS Lambda's faults in its own words. https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html */
import { type Fault, faultClass } from '../../gateway/fault.ts'

const byUser = { detail: { Type: 'User' } }

export const ResourceNotFoundException = faultClass('ResourceNotFoundException', { status: 404 })
export const ResourceConflictException = faultClass('ResourceConflictException', { status: 409 })
export const InvalidParameterValueException = faultClass('InvalidParameterValueException')
export const PreconditionFailedException = faultClass('PreconditionFailedException', { status: 412 })
export const TooManyRequestsException = faultClass('TooManyRequestsException', { status: 429 })
export const RequestTooLargeException = faultClass('RequestTooLargeException', { status: 413 })
export const InvalidRequestContentException = faultClass('InvalidRequestContentException')
export const CodeStorageExceededException = faultClass('CodeStorageExceededException')
export const PolicyLengthExceededException = faultClass('PolicyLengthExceededException')
export const AccessDeniedException = faultClass('AccessDeniedException', { status: 403 })

export const invalid = (message: string): Fault => new InvalidParameterValueException(message, byUser)

export const noSuchFunction = (arn: string): Fault =>
  new ResourceNotFoundException(`Function not found: ${arn}`, byUser)

export const otherRegion = (region: string, here: string): Fault =>
  new ResourceNotFoundException(`Functions from '${region}' are not reachable in this region ('${here}')`, byUser)

export const functionExists = (name: string): Fault =>
  new ResourceConflictException(`Function already exist: ${name}`, byUser)

export const qualifiersDiffer = (): Fault =>
  invalid('The derived qualifier from the function name does not match the specified qualifier.')

export const staleRevision = (): Fault =>
  new PreconditionFailedException(
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    byUser,
  )

export const noSuchResource = (): Fault =>
  new ResourceNotFoundException('The resource you requested does not exist.', byUser)

export const statementExists = (id: string): Fault =>
  new ResourceConflictException(
    `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    byUser,
  )

export const noSuchStatement = (id: string): Fault =>
  new ResourceNotFoundException(`Statement ${id} is not found in resource policy.`, byUser)

export const aliasExists = (arn: string): Fault => new ResourceConflictException(`Alias already exists: ${arn}`, byUser)

export const noSuchAlias = (arn: string): Fault =>
  new ResourceNotFoundException(`Cannot find alias arn: ${arn}`, byUser)

/** Tools that tidy versions away know it by these words. */
export const versionInUse = (aliases: readonly string[]): Fault =>
  new ResourceConflictException(
    `Unable to delete version because the following aliases reference it: [${aliases.join(', ')}]`,
    byUser,
  )

export const roleNotAssumable = (): Fault => invalid('The role defined for the function cannot be assumed by Lambda.')

export const roleLost = (role: string): Fault =>
  new AccessDeniedException(
    `The role ${role} cannot be assumed by Lambda: it is not there any more, or it does not trust lambda.amazonaws.com.`,
    byUser,
  )

export const throttled = (
  reason: 'ConcurrentInvocationLimitExceeded' | 'ReservedFunctionConcurrentInvocationLimitExceeded',
): Fault => new TooManyRequestsException('Rate Exceeded.', { detail: { ...byUser.detail, Reason: reason } })

export const payloadTooLarge = (bytes: number, kind: string, bytesMax: number): Fault =>
  new RequestTooLargeException(
    `${bytes} byte payload is too large for the ${kind} invocation type (limit ${bytesMax} bytes)`,
    byUser,
  )

export const badPayload = (cause: string): Fault =>
  new InvalidRequestContentException(`Could not parse request body into json: ${cause}`, byUser)
