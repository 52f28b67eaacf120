/**
 * Lambda as its clients see it: the SDK for JavaScript, boto3 and the CLI make functions, run them, change them and take
 * them down; with enforced authentication a function acts in its role, and a resource policy opens it to others.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetPolicyCommand,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListTagsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  paginateListFunctions,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda'
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { strToU8, zipSync } from 'fflate'
import { account, client, lakeFor, region, startLake } from '../testing/lake.ts'
import { aws, awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

const zipOf = (code: string, file = 'index.mjs') => zipSync({ [file]: strToU8(code) })
const saying = (what: string) => zipOf(`export const handler = async () => ${JSON.stringify(what)}`)
const roleArn = `arn:aws:iam::${account}:role/function`
const arn = (name: string) => `arn:aws:lambda:${region}:${account}:function:${name}`

const functionOf = (FunctionName: string, ZipFile: Uint8Array, more: Partial<CreateFunctionCommandInput> = {}) =>
  new CreateFunctionCommand({
    ...{ FunctionName, Role: roleArn, Runtime: 'nodejs22.x', Handler: 'index.handler', Code: { ZipFile } },
    ...more,
  })

const run = async (lambda: LambdaClient, FunctionName: string, more: Partial<InvokeCommandInput> = {}) => {
  const { Payload, ...rest } = await lambda.send(new InvokeCommand({ FunctionName, ...more }))
  return { ...rest, value: JSON.parse(Payload?.transformToString() || 'null') }
}

describe('functions in open mode', () => {
  let lake: Awaited<ReturnType<typeof startLake>>
  let lambda: LambdaClient
  before(async () => {
    lake = await startLake()
    lambda = new LambdaClient(client(lake.url))
  })
  after(async () => {
    await lake.close()
    assert.deepEqual(lake.failures, [])
  })

  test('a function is described as it was made', async () => {
    const ZipFile = saying('hello')
    const made = await lambda.send(
      functionOf('described', ZipFile, {
        ...{ Description: 'says hello', Timeout: 9, MemorySize: 256, Environment: { Variables: { MODE: 'test' } } },
        ...{ Tags: { team: 'lake' }, Architectures: ['arm64'], EphemeralStorage: { Size: 600 } },
      }),
    )
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 10 }, { FunctionName: 'described' })
    const { Configuration, Tags, Concurrency } = await lambda.send(
      new GetFunctionCommand({ FunctionName: 'described' }),
    )
    const { $metadata: _, ...created } = made
    assert.deepEqual(Configuration, created)
    const { LastModified = '', RevisionId = '', ...settings } = created
    assert.match(LastModified, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/)
    assert.match(RevisionId, /^[0-9a-f-]{36}$/)
    assert.deepEqual(settings, {
      ...{ FunctionName: 'described', FunctionArn: arn('described'), Runtime: 'nodejs22.x', Role: roleArn },
      ...{ Handler: 'index.handler', CodeSize: ZipFile.length, Description: 'says hello', Timeout: 9, MemorySize: 256 },
      ...{ CodeSha256: createHash('sha256').update(ZipFile).digest('base64'), Version: '$LATEST' },
      ...{ Environment: { Variables: { MODE: 'test' } }, TracingConfig: { Mode: 'PassThrough' }, State: 'Active' },
      ...{ LastUpdateStatus: 'Successful', PackageType: 'Zip', Architectures: ['arm64'] },
      ...{ EphemeralStorage: { Size: 600 }, SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' } },
      LoggingConfig: { LogFormat: 'Text' },
    })
    assert.deepEqual([Tags, Concurrency], [{ team: 'lake' }, undefined])
  })

  test('an invocation answers, tells its version and its log, or what went wrong', async () => {
    const code = `export const handler = async (event, context) => {
      console.log('heard', event, context.clientContext)
      if (event.fails) throw new TypeError('as told')
      return { event, name: context.functionName, id: context.awsRequestId } }`
    await lambda.send(functionOf('called', zipOf(code)))
    const ClientContext = Buffer.from('{"custom":{"a":"b"}}').toString('base64')
    const well = await run(lambda, 'called', { Payload: '{"n":1}', LogType: 'Tail', ClientContext })
    assert.deepEqual([well.StatusCode, well.FunctionError, well.ExecutedVersion], [200, undefined, '$LATEST'])
    assert.deepEqual(well.value, { event: { n: 1 }, name: 'called', id: well.$metadata.requestId })
    const log = Buffer.from(well.LogResult ?? '', 'base64').toString()
    assert.match(
      log,
      /^START RequestId: .*\tINFO\theard \{ n: 1 \} \{ custom: \{ a: 'b' \} \}\nEND RequestId: .*\nREPORT /s,
    )
    const badly = await run(lambda, arn('called'), { Payload: '{"fails":true}' })
    assert.deepEqual([badly.StatusCode, badly.FunctionError, badly.LogResult], [200, 'Unhandled', undefined])
    assert.deepEqual([badly.value.errorType, badly.value.errorMessage], ['TypeError', 'as told'])
    const event = await lambda.send(new InvokeCommand({ FunctionName: 'called', InvocationType: 'Event' }))
    const dry = await lambda.send(new InvokeCommand({ FunctionName: 'called', InvocationType: 'DryRun' }))
    assert.deepEqual([event.StatusCode, dry.StatusCode], [202, 204])
    await assert.rejects(run(lambda, 'missing'), {
      name: 'ResourceNotFoundException',
      message: `Function not found: ${arn('missing')}`,
    })
    await assert.rejects(run(lambda, 'called', { Payload: '{broken' }), { name: 'InvalidRequestContentException' })
  })

  test('code comes from S3 too, of the version that was named', async () => {
    const s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
    await s3.send(
      new CreateBucketCommand({ Bucket: 'packages', CreateBucketConfiguration: { LocationConstraint: region } }),
    )
    const Versioning = { Bucket: 'packages', VersioningConfiguration: { Status: 'Enabled' as const } }
    await s3.send(new PutBucketVersioningCommand(Versioning))
    const put = async (what: string) =>
      s3.send(new PutObjectCommand({ Bucket: 'packages', Key: 'f.zip', Body: saying(what) }))
    const { VersionId: S3ObjectVersion } = await put('old')
    await put('new')
    const source = { S3Bucket: 'packages', S3Key: 'f.zip' }
    await lambda.send(functionOf('stored', new Uint8Array(), { Code: source }))
    assert.equal((await run(lambda, 'stored')).value, 'new')
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'stored', ...source, S3ObjectVersion }))
    assert.equal((await run(lambda, 'stored')).value, 'old')
    await assert.rejects(lambda.send(functionOf('nowhere', new Uint8Array(), { Code: { ...source, S3Key: 'none' } })), {
      name: 'InvalidParameterValueException',
      message: /^Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: /,
    })
  })

  test('versions and aliases run what they name', async () => {
    const FunctionName = 'versioned'
    await lambda.send(functionOf(FunctionName, saying('one'), { Publish: true }))
    await lambda.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }))
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: saying('two') }))
    const { Version, FunctionArn } = await lambda.send(new PublishVersionCommand({ FunctionName }))
    assert.deepEqual([Version, FunctionArn], ['2', `${arn(FunctionName)}:2`])
    const byQualifier = async (Qualifier: string) => {
      const { value, ExecutedVersion } = await run(lambda, FunctionName, { Qualifier })
      return [value, ExecutedVersion]
    }
    assert.deepEqual(await byQualifier('live'), ['one', '1'])
    assert.deepEqual(await byQualifier('2'), ['two', '2'])
    assert.deepEqual((await run(lambda, `${arn(FunctionName)}:live`)).value, 'one')
    await assert.rejects(byQualifier('none'), { name: 'ResourceNotFoundException' })
    await assert.rejects(lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '1' })), {
      name: 'ResourceConflictException',
      message: 'Unable to delete version because the following aliases reference it: [live]',
    })
    await assert.rejects(run(lambda, `${FunctionName}:1`, { Qualifier: '2' }), {
      name: 'InvalidParameterValueException',
    })
  })

  test('permissions make a policy, and go again', async () => {
    const FunctionName = 'opened'
    await lambda.send(functionOf(FunctionName, saying('x')))
    const permission = { FunctionName, Action: 'lambda:InvokeFunction', Principal: 'firehose.amazonaws.com' }
    const added = await lambda.send(
      new AddPermissionCommand({ ...permission, StatementId: 'a', SourceAccount: account, SourceArn: `${arn('x')}:y` }),
    )
    const statement = {
      ...{ Sid: 'a', Effect: 'Allow', Principal: { Service: 'firehose.amazonaws.com' } },
      ...{ Action: 'lambda:InvokeFunction', Resource: arn(FunctionName) },
      Condition: {
        StringEquals: { 'AWS:SourceAccount': account },
        ArnLike: { 'AWS:SourceArn': `${arn('x')}:y` },
      },
    }
    assert.deepEqual(JSON.parse(added.Statement ?? ''), statement)
    const { Policy = '' } = await lambda.send(new GetPolicyCommand({ FunctionName }))
    assert.deepEqual(JSON.parse(Policy), { Version: '2012-10-17', Id: 'default', Statement: [statement] })
    const again = new AddPermissionCommand({ ...permission, StatementId: 'a' })
    await assert.rejects(lambda.send(again), { name: 'ResourceConflictException' })
    await lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: 'a' }))
    await assert.rejects(lambda.send(new GetPolicyCommand({ FunctionName })), { name: 'ResourceNotFoundException' })
  })

  test('tags, concurrency and the account’s settings are kept and shown', async () => {
    const FunctionName = 'kept'
    await lambda.send(functionOf(FunctionName, saying('x'), { Tags: { a: '1', b: '2' } }))
    await lambda.send(new TagResourceCommand({ Resource: arn(FunctionName), Tags: { c: '3' } }))
    await lambda.send(new UntagResourceCommand({ Resource: arn(FunctionName), TagKeys: ['a', 'b'] }))
    assert.deepEqual((await lambda.send(new ListTagsCommand({ Resource: arn(FunctionName) }))).Tags, { c: '3' })
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 7 }))
    const { ReservedConcurrentExecutions } = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }))
    assert.equal(ReservedConcurrentExecutions, 7)
    const { AccountLimit, AccountUsage } = await lambda.send(new GetAccountSettingsCommand({}))
    assert.deepEqual([AccountLimit?.ConcurrentExecutions, AccountLimit?.UnreservedConcurrentExecutions], [1000, 993])
    assert.ok((AccountUsage?.FunctionCount ?? 0) >= 1)
  })

  test('lists are paged, and a function that is deleted is in none', async () => {
    for (const n of [1, 2, 3]) await lambda.send(functionOf(`listed-${n}`, saying('x')))
    await lambda.send(new DeleteFunctionCommand({ FunctionName: 'listed-2' }))
    const names: (string | undefined)[] = []
    for await (const page of paginateListFunctions({ client: lambda, pageSize: 1 }, {})) {
      assert.ok((page.Functions?.length ?? 0) <= 1)
      names.push(...(page.Functions ?? []).map(one => one.FunctionName))
    }
    assert.deepEqual(
      names.filter(name => name?.startsWith('listed-')),
      ['listed-1', 'listed-3'],
    )
  })

  test('what Biwa cannot honour is refused by its name', async () => {
    const refused = async (more: Partial<CreateFunctionCommandInput>, message: RegExp) =>
      assert.rejects(lambda.send(functionOf('refused', saying('x'), more)), { message })
    await refused({ Runtime: 'python3.13' }, /python3.13 is not supported/)
    await refused({ VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] } }, /VpcConfig/)
    await refused({ Layers: [`arn:aws:lambda:${region}:${account}:layer:l:1`] }, /Layers/)
    await refused({ PackageType: 'Image', Code: { ImageUri: 'x' } }, /ImageUri/)
    await refused({ TracingConfig: { Mode: 'Active' } }, /tracingConfig.mode/)
    await refused({ DeadLetterConfig: { TargetArn: `arn:aws:sqs:${region}:${account}:q` } }, /DeadLetterConfig/)
    await refused(
      { Timeout: 901 },
      /'timeout' failed to satisfy constraint: Member must have value less than or equal to 900/,
    )
    await refused({ Code: { ZipFile: strToU8('no zip') } }, /^Could not unzip uploaded file/)
    await refused(
      { Code: { ZipFile: saying('x'), S3Bucket: 'packages', S3Key: 'x.zip' } },
      /^Please do not provide other FunctionCode parameters when providing a ZipFile/,
    )
    await refused(
      { Code: { ZipFile: zipSync({ '../x.js': strToU8('x') }) } },
      /The path '..\/x.js' of the package is not one inside it/,
    )
  })

  test('boto3 makes a function, runs it and deletes it', { skip: withoutBoto3 }, async () => {
    const printed = await python(
      lake.url,
      `import boto3, io, json, zipfile
b = io.BytesIO()
with zipfile.ZipFile(b, 'w') as z: z.writestr('index.js', 'exports.handler = async e => ({ doubled: e.n * 2 })')
c = boto3.client('lambda')
c.create_function(FunctionName='by-boto', Runtime='nodejs20.x', Role='${roleArn}', Handler='index.handler', Code={'ZipFile': b.getvalue()})
c.get_waiter('function_active_v2').wait(FunctionName='by-boto')
r = c.invoke(FunctionName='by-boto', Payload=json.dumps({'n': 21}), LogType='Tail')
print(r['StatusCode'], json.load(r['Payload'])['doubled'], 'LogResult' in r)
c.update_function_configuration(FunctionName='by-boto', Timeout=8)
print(c.get_function_configuration(FunctionName='by-boto')['Timeout'])
c.delete_function(FunctionName='by-boto')
try: c.get_function(FunctionName='by-boto')
except c.exceptions.ResourceNotFoundException as e: print(e.response['Error']['Message'])`,
    )
    assert.equal(printed, `200 42 True\n8\nFunction not found: ${arn('by-boto')}\n`)
  })

  test('the CLI makes a function, runs it and lists it', { skip: withoutAwsCli }, async context => {
    const folder = await mkdtemp(join(tmpdir(), 'biwa-lambda-'))
    context.after(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'f.zip'), zipOf('export const handler = async e => e.word.toUpperCase()'))
    const words = ['--runtime', 'nodejs24.x', '--handler', 'index.handler', '--role', roleArn]
    const name = ['--function-name', 'by-cli']
    const { State } = await awsJson<{ State: string }>(lake.url, [
      ...['lambda', 'create-function', ...name, ...words, '--zip-file', `fileb://${folder}/f.zip`],
    ])
    assert.equal(State, 'Active')
    await writeFile(join(folder, 'event'), '{"word":"loud"}')
    const payload = ['--payload', `fileb://${folder}/event`, `${folder}/answer`]
    const { StatusCode } = await awsJson<{ StatusCode: number }>(lake.url, ['lambda', 'invoke', ...name, ...payload])
    assert.deepEqual([StatusCode, await readFile(join(folder, 'answer'), 'utf8')], [200, '"LOUD"'])
    const listed = await awsJson<{ Functions: readonly { FunctionName: string }[] }>(lake.url, [
      'lambda',
      'list-functions',
    ])
    assert.ok(listed.Functions.some(one => one.FunctionName === 'by-cli'))
    const refused = await aws(lake.url, ['lambda', 'list-layers'])
    assert.match(refused.err, /Biwa does not support GET \/2018-10-31\/layers of this service/)
  })
})

describe('functions with enforced authentication', () => {
  const trusting = (Service: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
    })
  const allowing = (Action: readonly string[], Resource: string) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] })

  test('a function acts in its role, with credentials that work and reach no further', async context => {
    const { lake, url } = await lakeFor(context, { auth: 'enforced' })
    const root = { ...(await lake.rootKey()) }
    const iam = new IAMClient(client(url, root))
    const s3 = new S3Client({ ...client(url, root), forcePathStyle: true })
    const lambda = new LambdaClient(client(url, root))
    const role = async (RoleName: string, service: string) =>
      iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trusting(service) }))
    await role('function', 'lambda.amazonaws.com')
    await role('other', 'glue.amazonaws.com')
    const reading = allowing(['s3:GetObject'], 'arn:aws:s3:::theirs/open/*')
    await iam.send(new PutRolePolicyCommand({ RoleName: 'function', PolicyName: 'p', PolicyDocument: reading }))
    await s3.send(
      new CreateBucketCommand({ Bucket: 'theirs', CreateBucketConfiguration: { LocationConstraint: region } }),
    )
    for (const Key of ['open/a', 'shut/a']) await s3.send(new PutObjectCommand({ Bucket: 'theirs', Key, Body: Key }))
    const other = functionOf('other', saying('x'), { Role: `arn:aws:iam::${account}:role/other` })
    await assert.rejects(lambda.send(other), {
      message: 'The role defined for the function cannot be assumed by Lambda.',
    })
    const code = `import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
      const s3 = new S3Client({ forcePathStyle: true })
      const read = async Key => {
        try { return await (await s3.send(new GetObjectCommand({ Bucket: 'theirs', Key }))).Body.transformToString() }
        catch (error) { return error.name }
      }
      export const handler = keys => Promise.all(keys.map(read))`
    await lambda.send(functionOf('actor', withSdk(code), { Timeout: 60 }))
    const { value } = await run(lambda, 'actor', { Payload: JSON.stringify(['open/a', 'shut/a']) })
    assert.deepEqual(value, ['open/a', 'AccessDenied'])
  })

  test('a user needs the right to invoke; a resource policy gives it too', async context => {
    const { lake, url } = await lakeFor(context, { auth: 'enforced' })
    const root = { ...(await lake.rootKey()) }
    const iam = new IAMClient(client(url, root))
    const asRoot = new LambdaClient(client(url, root))
    const Role = `arn:aws:iam::${account}:role/function`
    await iam.send(
      new CreateRoleCommand({ RoleName: 'function', AssumeRolePolicyDocument: trusting('lambda.amazonaws.com') }),
    )
    await iam.send(new CreateUserCommand({ UserName: 'u' }))
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'u' }))
    const key = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
    const asUser = new LambdaClient(client(url, key))
    await asRoot.send(functionOf('asked', saying('yes')))
    await assert.rejects(run(asUser, 'asked'), {
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::${account}:user/u is not authorized to perform: lambda:InvokeFunction on resource: ${arn('asked')} because no identity-based policy allows the lambda:InvokeFunction action`,
    })
    const permission = { FunctionName: 'asked', StatementId: 's', Action: 'lambda:InvokeFunction' }
    await asRoot.send(new AddPermissionCommand({ ...permission, Principal: `arn:aws:iam::${account}:user/u` }))
    assert.equal((await run(asUser, 'asked')).value, 'yes')
    // Making a function hands a role to it: that needs iam:PassRole.
    const making = allowing(['lambda:*'], '*')
    await iam.send(new PutUserPolicyCommand({ UserName: 'u', PolicyName: 'p', PolicyDocument: making }))
    await assert.rejects(asUser.send(functionOf('his', saying('x'), { Role })), { message: /iam:PassRole/ })
    const change = { FunctionName: 'asked', Role }
    await assert.rejects(asUser.send(new UpdateFunctionConfigurationCommand(change)), { message: /iam:PassRole/ })
  })
})

/** A package with the AWS SDK's client for S3, as npm has installed it here. */
function withSdk(code: string): Uint8Array {
  const modules = join(import.meta.dirname, '../../node_modules')
  const files: Record<string, Uint8Array> = { 'index.mjs': strToU8(code) }
  const wanted = ['@aws-sdk/client-s3']
  for (const name of wanted) {
    const manifest = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'))
    wanted.push(...Object.keys(manifest.dependencies ?? {}).filter(one => !wanted.includes(one)))
    for (const file of globSync(`${name}/**/*.{js,json}`, { cwd: modules }))
      if (!/\/dist-(es|types)\//.test(file)) files[`node_modules/${file}`] = readFileSync(join(modules, file))
  }
  return zipSync(files)
}
