/** What callers of IAM and STS do wrong, in AWS's words: one class and one sentence a line. */
import { faultClass } from '../../gateway/fault.ts'

export const NoSuchEntity = faultClass('NoSuchEntity', { status: 404 })
export const EntityAlreadyExists = faultClass('EntityAlreadyExists', { status: 409 })
export const DeleteConflict = faultClass('DeleteConflict', { status: 409 })
export const LimitExceeded = faultClass('LimitExceeded', { status: 409 })
export const MalformedPolicyDocument = faultClass('MalformedPolicyDocument')
export const PolicyNotAttachable = faultClass('PolicyNotAttachable')
export const InvalidInput = faultClass('InvalidInput')
export const ValidationError = faultClass('ValidationError')
export const AccessDenied = faultClass('AccessDenied', { status: 403 })

/** The kinds of things that have a name, an id and a path. */
export type Kind = 'user' | 'role' | 'group' | 'profile'

const words: Readonly<Record<Kind, string>> = {
  user: 'user',
  role: 'role',
  group: 'group',
  profile: 'instance profile',
}
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

export const noSuchEntity = (kind: Kind, name: string) =>
  kind === 'profile'
    ? new NoSuchEntity(`Instance Profile ${name} cannot be found.`)
    : new NoSuchEntity(`The ${words[kind]} with name ${name} cannot be found.`)

export const entityExists = (kind: Kind, name: string) =>
  kind === 'profile'
    ? new EntityAlreadyExists(`Instance Profile ${name} already exists.`)
    : new EntityAlreadyExists(`${capital(words[kind])} with name ${name} already exists.`)

export const noSuchInlinePolicy = (kind: Kind, name: string) =>
  new NoSuchEntity(`The ${words[kind]} policy with name ${name} cannot be found.`)
export const noSuchPolicy = (arn: string) => new NoSuchEntity(`Policy ${arn} was not found.`)
export const noArn = (text: string) => new InvalidInput(`ARN ${text} is not valid.`)
export const notAttachable = (arn: string) => new NoSuchEntity(`Policy ${arn} does not exist or is not attachable.`)
export const notAttached = (arn: string) => new NoSuchEntity(`Policy ${arn} was not found.`)
export const noSuchVersion = (arn: string, version: string) =>
  new NoSuchEntity(`Policy ${arn} version ${version} does not exist or is not attachable.`)
export const policyExists = (name: string) =>
  new EntityAlreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`)
export const noLoginProfile = (user: string) => new NoSuchEntity(`Login Profile for User ${user} cannot be found.`)
export const noPasswordPolicy = (account: string) =>
  new NoSuchEntity(`The Password Policy with domain name ${account} cannot be found.`)
export const noSuchAlias = (alias: string) => new NoSuchEntity(`The account alias ${alias} cannot be found.`)
export const aliasTaken = (alias: string) => new EntityAlreadyExists(`The account alias ${alias} already exists.`)
export const noSuchAccessKey = (key: string) => new NoSuchEntity(`The Access Key with id ${key} cannot be found.`)
export const notInProfile = (profile: string, role: string) =>
  new NoSuchEntity(`The role with name ${role} is not in the instance profile ${profile}.`)

export const stillAttached = () => new DeleteConflict('Cannot delete entity, must detach all policies first.')
export const stillInline = () => new DeleteConflict('Cannot delete entity, must delete policies first.')
export const stillAccessKeys = () => new DeleteConflict('Cannot delete entity, must delete access keys first.')
export const stillInGroups = () => new DeleteConflict('Cannot delete entity, must remove users from group first.')
export const stillInProfile = () =>
  new DeleteConflict('Cannot delete entity, must remove roles from instance profile first.')
export const policyInUse = () => new DeleteConflict('Cannot delete a policy attached to entities.')
export const policyHasVersions = () =>
  new DeleteConflict(
    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
  )
export const defaultVersion = () => new DeleteConflict('Cannot delete the default version of a policy.')

export const quotaExceeded = (quota: string, limit: number) =>
  new LimitExceeded(`Cannot exceed quota for ${quota}: ${limit}`)
export const tooManyVersions = (limit: number) =>
  new LimitExceeded(
    `A managed policy can have up to ${limit} versions. Before you create a new version, you must delete an existing version.`,
  )
export const policyTooLarge = (what: string, bytes: number) =>
  new LimitExceeded(`Maximum policy size of ${bytes} bytes exceeded for ${what}`)

export const awsManaged = (arn: string) =>
  new AccessDenied(`The policy ${arn} is managed by AWS: it can be attached, but not changed or deleted.`)
export const invalidPrincipal = (value: string) =>
  new MalformedPolicyDocument(`Invalid principal in policy: "AWS":"${value}"`)
export const badMarker = () => new InvalidInput('Invalid Marker.')
export const noUserName = () => new ValidationError('Must specify userName when calling with non-User credentials')

export const noAccessKeyInfo = (key: string) => new ValidationError(`The access key ID ${key} belongs to no account.`)
export const expiredStatus = () => new InvalidInput('The status of an access key is set to Active or Inactive only.')

export const notAuthorized = (arn: string, action: string, resource: string) =>
  new AccessDenied(`User: ${arn} is not authorized to perform: ${action} on resource: ${resource}`)
export const rootAssumes = () => new AccessDenied('Roles may not be assumed by root accounts.')
export const sessionTooLong = () =>
  new ValidationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
export const chainedTooLong = () =>
  new ValidationError(
    'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
  )
