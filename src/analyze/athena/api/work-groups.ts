/** Work groups. https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateWorkGroup.html */
import { operation } from '../../../gateway/operation.ts'
import { enumeration, list, long, optional, string, structure, timestamp } from '../../../gateway/shape.ts'
import type { Athena } from '../athena.ts'
import { InvalidRequestException } from '../faults.ts'
import type { Scope } from '../needs.ts'
import { engineVersion, type WorkGroup, type WorkGroupConfiguration } from '../work-groups.ts'
import { aclOf, askedOutput, encryptionOf, type ResultConfiguration } from './result-settings.ts'
import * as shape from './shapes.ts'

const state = enumeration('ENABLED', 'DISABLED')
const description = string({ min: 0, max: 1024 })
const cutoff = long({ min: 10000000 })
const flags = {
  EnforceWorkGroupConfiguration: optional(shape.flag),
  PublishCloudWatchMetricsEnabled: optional(shape.flag),
  RequesterPaysEnabled: optional(shape.flag),
}
const configuration = structure({
  ResultConfiguration: optional(shape.resultConfiguration),
  ...flags,
  BytesScannedCutoffPerQuery: optional(cutoff),
  EngineVersion: optional(shape.engineVersion),
})
const updates = structure({
  ...flags,
  ResultConfigurationUpdates: optional(
    structure({
      OutputLocation: optional(string()),
      RemoveOutputLocation: optional(shape.flag),
      EncryptionConfiguration: optional(shape.encryption),
      RemoveEncryptionConfiguration: optional(shape.flag),
      ExpectedBucketOwner: optional(shape.accountId),
      RemoveExpectedBucketOwner: optional(shape.flag),
      AclConfiguration: optional(shape.acl),
      RemoveAclConfiguration: optional(shape.flag),
    }),
  ),
  BytesScannedCutoffPerQuery: optional(cutoff),
  RemoveBytesScannedCutoffPerQuery: optional(shape.flag),
  EngineVersion: optional(shape.engineVersion),
})
const resource = (input: { readonly WorkGroup: string }, call: Scope) => shape.workGroupArn(call, input.WorkGroup)

export const CreateWorkGroup = operation({
  input: {
    Name: shape.workGroupName,
    Configuration: optional(configuration),
    Description: optional(description),
    Tags: optional(shape.tags),
  },
  output: {},
  resource: (input, call) => shape.workGroupArn(call, input.Name),
  async handle(athena: Athena, { Name: name, Configuration = {}, Description, Tags = [] }, call) {
    const described = Description === undefined ? {} : { description: Description }
    const group = { name, ...described, configuration: changeOf(Configuration, Configuration.ResultConfiguration) }
    await athena.workGroups.create(call, group, write =>
      athena.tags.put(write, shape.workGroupArn(call, name), shape.pairsOf(Tags)),
    )
    return {}
  },
})

export const GetWorkGroup = operation({
  input: { WorkGroup: shape.workGroupName },
  output: {
    WorkGroup: optional(
      structure({
        Name: shape.workGroupName,
        State: optional(state),
        Configuration: optional(configuration),
        Description: optional(description),
        CreationTime: optional(timestamp()),
      }),
    ),
  },
  resource,
  handle: (athena: Athena, { WorkGroup }, call) => ({ WorkGroup: outputOf(athena.workGroups.find(call, WorkGroup)) }),
})

export const UpdateWorkGroup = operation({
  input: {
    WorkGroup: shape.workGroupName,
    Description: optional(description),
    ConfigurationUpdates: optional(updates),
    State: optional(state),
  },
  output: {},
  resource,
  async handle(athena: Athena, { WorkGroup: name, Description, ConfigurationUpdates = {}, State }, call) {
    const { ResultConfigurationUpdates: results = {} } = ConfigurationUpdates
    const changed = changeOf(ConfigurationUpdates, results)
    const removed = [
      ...(results.RemoveOutputLocation ? ['outputLocation'] : []),
      ...(results.RemoveEncryptionConfiguration ? ['encryption'] : []),
      ...(results.RemoveExpectedBucketOwner ? ['expectedBucketOwner'] : []),
      ...(results.RemoveAclConfiguration ? ['acl'] : []),
      ...(ConfigurationUpdates.RemoveBytesScannedCutoffPerQuery ? ['scannedBytesMax'] : []),
    ]
    await athena.workGroups.update(call, name, group => {
      const kept = Object.entries({ ...group.configuration, ...changed }).filter(([key]) => !removed.includes(key))
      return {
        ...group,
        ...(Description !== undefined && { description: Description }),
        ...(State !== undefined && { enabled: State === 'ENABLED' }),
        configuration: Object.fromEntries(kept) as unknown as WorkGroupConfiguration,
      }
    })
    return {}
  },
})

export const DeleteWorkGroup = operation({
  input: { WorkGroup: shape.workGroupName, RecursiveDeleteOption: optional(shape.flag) },
  output: {},
  resource,
  async handle(athena: Athena, { WorkGroup: name, RecursiveDeleteOption: recursive = false }, call) {
    await athena.workGroups.delete(call, name, recursive, write =>
      athena.tags.clear(write, shape.workGroupArn(call, name)),
    )
    return {}
  },
})

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_ListEngineVersions.html */
export const ListEngineVersions = operation({
  input: { NextToken: optional(shape.token), MaxResults: optional(shape.pageSize(10)) },
  output: {
    EngineVersions: optional(list(shape.engineVersion, { min: 0, max: 10 })),
    NextToken: optional(shape.token),
  },
  handle: (_athena: Athena) => ({
    EngineVersions: ['AUTO', engineVersion].map(selected => ({
      SelectedEngineVersion: selected,
      EffectiveEngineVersion: engineVersion,
    })),
  }),
})

export const ListWorkGroups = operation({
  input: { NextToken: optional(shape.token), MaxResults: optional(shape.pageSize(50)) },
  output: {
    WorkGroups: optional(
      list(
        structure({
          Name: optional(shape.workGroupName),
          State: optional(state),
          Description: optional(description),
          CreationTime: optional(timestamp()),
          EngineVersion: optional(shape.engineVersion),
        }),
        { min: 0, max: 50 },
      ),
    ),
    NextToken: optional(shape.token),
  },
  handle(athena: Athena, { NextToken, MaxResults = 50 }, call) {
    const [after] = NextToken === undefined ? [''] : shape.readToken<[string]>(NextToken, 'string')
    const found = athena.workGroups.list(call, after, MaxResults + 1)
    const page = found.slice(0, MaxResults)
    const last = page.at(-1)
    return {
      WorkGroups: page.map(group => ({
        Name: group.name,
        State: stateOf(group),
        Description: group.description,
        CreationTime: group.createdAt,
        EngineVersion: versionOf(group),
      })),
      NextToken: found.length > MaxResults && last ? shape.writeToken(last.name) : undefined,
    }
  },
})

function changeOf(
  settings: {
    readonly EnforceWorkGroupConfiguration?: boolean | undefined
    readonly PublishCloudWatchMetricsEnabled?: boolean | undefined
    readonly RequesterPaysEnabled?: boolean | undefined
    readonly BytesScannedCutoffPerQuery?: number | undefined
    readonly EngineVersion?: { readonly SelectedEngineVersion?: string | undefined } | undefined
  },
  results: ResultConfiguration | undefined,
): Partial<WorkGroupConfiguration> {
  const version = settings.EngineVersion?.SelectedEngineVersion
  if (version !== undefined && version !== 'AUTO' && version !== engineVersion)
    throw new InvalidRequestException(
      `The engine version '${version}' is not supported: AUTO and '${engineVersion}' are.`,
    )
  return {
    ...(settings.EnforceWorkGroupConfiguration !== undefined && { enforced: settings.EnforceWorkGroupConfiguration }),
    ...(settings.PublishCloudWatchMetricsEnabled !== undefined && {
      publishesMetrics: settings.PublishCloudWatchMetricsEnabled,
    }),
    ...(settings.RequesterPaysEnabled !== undefined && { requesterPays: settings.RequesterPaysEnabled }),
    ...(settings.BytesScannedCutoffPerQuery !== undefined && { scannedBytesMax: settings.BytesScannedCutoffPerQuery }),
    ...(version !== undefined && { engineVersion: version }),
    ...askedOutput(results),
  }
}

const stateOf = (group: WorkGroup): 'ENABLED' | 'DISABLED' => (group.enabled ? 'ENABLED' : 'DISABLED')
const versionOf = (group: WorkGroup) => ({
  SelectedEngineVersion: group.configuration.engineVersion,
  EffectiveEngineVersion: engineVersion,
})

function outputOf(group: WorkGroup) {
  const { configuration: set } = group
  return {
    Name: group.name,
    State: stateOf(group),
    Description: group.description,
    CreationTime: group.createdAt,
    Configuration: {
      ResultConfiguration: {
        OutputLocation: set.outputLocation,
        ...encryptionOf(set.encryption),
        ...aclOf(set.acl),
        ExpectedBucketOwner: set.expectedBucketOwner,
      },
      EnforceWorkGroupConfiguration: set.enforced,
      PublishCloudWatchMetricsEnabled: set.publishesMetrics,
      BytesScannedCutoffPerQuery: set.scannedBytesMax,
      RequesterPaysEnabled: set.requesterPays,
      EngineVersion: versionOf(group),
    },
  }
}
