/** The code and the settings of `$LATEST`, and what Terraform reads along with them. */
import { operation } from '../../../gateway/operation.ts'
import { blob, boolean, optional, sensitive, string } from '../../../gateway/shape.ts'
import type { Functions } from '../functions.ts'
import { unqualified } from '../name.ts'
import { changeOf, sourceOf } from './input.ts'
import * as shape from './shapes.ts'

const revisionOf = ({ RevisionId }: { readonly RevisionId?: string | undefined }) =>
  RevisionId === '' ? undefined : RevisionId

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html */
export const GetFunctionConfiguration = operation({
  http: { route: 'GET /2015-03-31/functions/{FunctionName}/configuration' },
  input: { FunctionName: shape.inPath, Qualifier: shape.qualifier },
  output: shape.configuration,
  resource: shape.resource,
  handle(functions: Functions, input, call) {
    const id = shape.idOf(input, call)
    return shape.configurationOf(functions.version(id), id.qualifier)
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html */
export const UpdateFunctionCode = operation({
  http: { route: 'PUT /2015-03-31/functions/{FunctionName}/code' },
  input: {
    FunctionName: shape.inPath,
    ZipFile: optional(sensitive(blob())),
    S3Bucket: optional(string({ min: 3, max: 63 })),
    S3Key: optional(string({ min: 1, max: 1024 })),
    S3ObjectVersion: optional(string({ min: 1, max: 1024 })),
    Publish: shape.publish,
    DryRun: optional(boolean()),
    RevisionId: shape.revisionId,
    Architectures: optional(shape.architectures),
  },
  output: shape.configuration,
  access: (input, call) => shape.packageAccess('lambda:UpdateFunctionCode', shape.resource(input, call), input),
  async handle(functions: Functions, input, call) {
    const [architecture] = input.Architectures ?? []
    const revision = revisionOf(input)
    const updated = await functions.updateCode(unqualified(shape.idOf(input, call)), sourceOf(input), {
      published: input.Publish ?? false,
      isDryRun: input.DryRun ?? false,
      ...(architecture !== undefined && { architecture }),
      ...(revision !== undefined && { revision }),
    })
    return shape.configurationOf(updated)
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html */
export const UpdateFunctionConfiguration = operation({
  http: { route: 'PUT /2015-03-31/functions/{FunctionName}/configuration' },
  input: {
    FunctionName: shape.inPath,
    Role: optional(shape.role),
    ...shape.settable,
    RevisionId: shape.revisionId,
  },
  output: shape.configuration,
  resource: shape.resource,
  passes: input => ({ service: 'lambda.amazonaws.com', roles: [input.Role] }),
  async handle(functions: Functions, input, call) {
    const id = unqualified(shape.idOf(input, call))
    return shape.configurationOf(await functions.configure(id, changeOf(input), revisionOf(input)))
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionCodeSigningConfig.html: there never is one. */
export const GetFunctionCodeSigningConfig = operation({
  http: { route: 'GET /2020-06-30/functions/{FunctionName}/code-signing-config' },
  input: { FunctionName: shape.inPath },
  output: { CodeSigningConfigArn: optional(string()), FunctionName: optional(string()) },
  resource: shape.resource,
  handle(functions: Functions, input, call) {
    const id = shape.idOf(input, call)
    functions.version(unqualified(id))
    return { FunctionName: id.name }
  },
})
