/** Shapes that several operations of Lambda share, and how a function's version is shown. */
import type { Access } from '../../../gateway/operation.ts'
import {
  boolean,
  enumeration,
  integer,
  list,
  long,
  map,
  optional,
  query,
  sensitive,
  string,
  structure,
  uri,
} from '../../../gateway/shape.ts'
import { arnOf, type FunctionName, parseName, type Scope } from '../name.ts'
import { type FunctionVersion, latest } from '../version.ts'

const namePattern =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?'

export const functionName = string({ min: 1, max: 256, pattern: namePattern })
export const inPath = uri('FunctionName', functionName)
export const qualifier = optional(
  query('Qualifier', string({ min: 1, max: 128, pattern: '\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+' })),
)
export const revisionId = optional(string())
export const marker = optional(query('Marker', string()))
export const maxItems = optional(query('MaxItems', integer({ min: 1, max: 10_000 })))
export const tags = map(string())
export const description = string({ min: 0, max: 256 })
export const role = string({ pattern: 'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+' })
export const handler = string({ min: 0, max: 128, pattern: '[^\\s]+' })
export const timeout = integer({ min: 1, max: 900 })
export const memorySize = integer({ min: 128, max: 10_240 })
export const architectures = list(enumeration('x86_64', 'arm64'), { min: 1, max: 1 })
export const environment = structure({
  Variables: optional(sensitive(map(string(), { key: string({ pattern: '[a-zA-Z]([a-zA-Z0-9_])+' }) }))),
})
export const ephemeralStorage = structure({ Size: integer({ min: 512, max: 10_240 }) })
/** What is accepted of these is what a function without them has. */
export const tracing = structure({ Mode: optional(enumeration('PassThrough')) })
export const snapStart = structure({ ApplyOn: optional(enumeration('None')) })
export const packageType = enumeration('Zip')
export const logging = structure({ LogFormat: optional(enumeration('Text')) })

/** What may be set at creation and changed later. */
export const settable = {
  Runtime: optional(string()),
  Handler: optional(handler),
  Description: optional(description),
  Timeout: optional(timeout),
  MemorySize: optional(memorySize),
  Environment: optional(environment),
  EphemeralStorage: optional(ephemeralStorage),
  TracingConfig: optional(tracing),
  SnapStart: optional(snapStart),
  LoggingConfig: optional(logging),
}

export const configuration = {
  FunctionName: optional(string()),
  FunctionArn: optional(string()),
  Runtime: optional(string()),
  Role: optional(string()),
  Handler: optional(string()),
  CodeSize: optional(long()),
  Description: optional(string()),
  Timeout: optional(integer()),
  MemorySize: optional(integer()),
  LastModified: optional(string()),
  CodeSha256: optional(string()),
  Version: optional(string()),
  Environment: optional(environment),
  TracingConfig: optional(tracing),
  MasterArn: optional(string()),
  RevisionId: optional(string()),
  State: optional(enumeration('Active')),
  LastUpdateStatus: optional(enumeration('Successful')),
  PackageType: optional(packageType),
  Architectures: optional(architectures),
  EphemeralStorage: optional(ephemeralStorage),
  SnapStart: optional(
    structure({ ApplyOn: optional(enumeration('None')), OptimizationStatus: optional(enumeration('Off')) }),
  ),
  LoggingConfig: optional(logging),
}

export const publish = optional(boolean())

/** `named`: show the ARN with its qualifier, as AWS does where the caller or the operation names one. */
export function configurationOf(version: FunctionVersion, named: string | undefined = qualifierOf(version)) {
  const { settings, code } = version
  return {
    FunctionName: version.name,
    FunctionArn: arnOf({ ...version, ...(named !== undefined && { qualifier: named }) }),
    Runtime: settings.runtime,
    Role: settings.role,
    Handler: settings.handler,
    CodeSize: code.bytes,
    Description: settings.description,
    Timeout: settings.timeoutSeconds,
    MemorySize: settings.memoryMebibytes,
    // AWS's own form of an instant, with an offset instead of a Z.
    LastModified: new Date(version.modifiedAt).toISOString().replace('Z', '+0000'),
    CodeSha256: code.sha256,
    Version: version.version,
    ...(Object.keys(settings.environment).length > 0 && { Environment: { Variables: settings.environment } }),
    TracingConfig: { Mode: 'PassThrough' as const },
    RevisionId: version.revision,
    State: 'Active' as const,
    LastUpdateStatus: 'Successful' as const,
    PackageType: 'Zip' as const,
    Architectures: [settings.architecture],
    EphemeralStorage: { Size: settings.storageMebibytes },
    SnapStart: { ApplyOn: 'None' as const, OptimizationStatus: 'Off' as const },
    LoggingConfig: { LogFormat: 'Text' as const },
  }
}

const qualifierOf = ({ version }: FunctionVersion) => (version === latest ? undefined : version)

interface Named {
  readonly FunctionName: string
  readonly Qualifier?: string | undefined
}

export const idOf = (input: Named, caller: Scope): FunctionName =>
  parseName(input.FunctionName, caller, input.Qualifier)

/** The ARN that IAM is asked about: with the qualifier that the caller named. */
export const resource = (input: Named, caller: Scope): string => arnOf(idOf(input, caller))

/** Whoever hands over a package in S3 must be able to read it. */
export function packageAccess(
  action: string,
  arn: string,
  code: {
    readonly S3Bucket?: string | undefined
    readonly S3Key?: string | undefined
    readonly S3ObjectVersion?: string | undefined
  },
): readonly Access[] {
  const own = { action, resource: arn }
  if (code.S3Bucket === undefined) return [own]
  const read = code.S3ObjectVersion === undefined ? 's3:GetObject' : 's3:GetObjectVersion'
  return [own, { action: read, resource: `arn:aws:s3:::${code.S3Bucket}/${code.S3Key ?? ''}` }]
}
