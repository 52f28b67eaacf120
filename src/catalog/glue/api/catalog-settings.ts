// The catalog as a whole: its policy and its encryption.
import type { Call } from '../../../gateway/operation.ts'
import { operation } from '../../../gateway/operation.ts'
import { boolean, enumeration, integer, list, optional, string, structure, timestamp } from '../../../gateway/shape.ts'
import type { Catalog } from '../catalog.ts'
import type { CatalogPolicy } from '../catalog-policies.ts'
import { InvalidInputException, noPolicy } from '../faults.ts'
import { glueArn } from '../tags.ts'
import { catalogId, checkCatalog, name } from './shapes.ts'

const document = string({ min: 2 })
const resourceArn = optional(string({ min: 1, max: 10_240, pattern: 'arn:aws(-(cn|us-gov|iso(-[bef])?))?:glue:.*' }))
const policy = {
  PolicyInJson: optional(document),
  PolicyHash: optional(name),
  CreateTime: optional(timestamp()),
  UpdateTime: optional(timestamp()),
}
const resource = (_: unknown, call: Call) => glueArn(call, 'catalog')

const awsPolicy = (found: CatalogPolicy) => ({
  PolicyInJson: found.document,
  PolicyHash: found.hash,
  CreateTime: found.createdAt,
  UpdateTime: found.updatedAt,
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_PutResourcePolicy.html */
export const PutResourcePolicy = operation({
  input: {
    PolicyInJson: document,
    ResourceArn: resourceArn,
    PolicyHashCondition: optional(name),
    PolicyExistsCondition: optional(enumeration('MUST_EXIST', 'NOT_EXIST', 'NONE')),
    // It says what to do beside grants of Lake Formation's, and there are none.
    EnableHybrid: optional(enumeration('TRUE', 'FALSE')),
  },
  output: { PolicyHash: optional(name) },
  resource,
  async handle(catalog: Catalog, input, call) {
    checkWhole(input.ResourceArn)
    const { PolicyHashCondition: hash, PolicyExistsCondition: condition } = input
    const exists = condition === undefined || condition === 'NONE' ? undefined : condition === 'MUST_EXIST'
    return {
      PolicyHash: await catalog.commit(write =>
        catalog.policies.put(write, call, input.PolicyInJson, { hash, exists }),
      ),
    }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetResourcePolicy.html */
export const GetResourcePolicy = operation({
  input: { ResourceArn: resourceArn },
  output: policy,
  resource,
  handle(catalog: Catalog, input, call) {
    checkWhole(input.ResourceArn)
    const found = catalog.policies.get(call)
    if (!found) throw noPolicy()
    return awsPolicy(found)
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetResourcePolicies.html */
export const GetResourcePolicies = operation({
  input: { NextToken: optional(string()), MaxResults: optional(integer({ min: 1, max: 1000 })) },
  output: { GetResourcePoliciesResponseList: optional(list(structure(policy))), NextToken: optional(string()) },
  resource,
  // Nothing is shared with other accounts, so the catalog's own is the only one, and the first page the last.
  handle(catalog: Catalog, _, call) {
    const found = catalog.policies.get(call)
    return { GetResourcePoliciesResponseList: found ? [awsPolicy(found)] : [] }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteResourcePolicy.html */
export const DeleteResourcePolicy = operation({
  input: { PolicyHashCondition: optional(name), ResourceArn: resourceArn },
  output: {},
  resource,
  async handle(catalog: Catalog, input, call) {
    checkWhole(input.ResourceArn)
    await catalog.commit(write => catalog.policies.delete(write, call, input.PolicyHashCondition))
    return {}
  },
})

function checkWhole(arn: string | undefined): void {
  if (arn !== undefined)
    throw new InvalidInputException(
      'Glue resource level policy is not currently supported: leave ResourceArn out, the policy is the whole catalog.',
    )
}

const encryption = structure({
  EncryptionAtRest: optional(
    structure({
      CatalogEncryptionMode: enumeration('DISABLED', 'SSE-KMS', 'SSE-KMS-WITH-SERVICE-ROLE'),
      SseAwsKmsKeyId: optional(name),
      CatalogEncryptionServiceRole: optional(string()),
    }),
  ),
  ConnectionPasswordEncryption: optional(
    structure({ ReturnConnectionPasswordEncrypted: boolean(), AwsKmsKeyId: optional(name) }),
  ),
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetDataCatalogEncryptionSettings.html */
export const GetDataCatalogEncryptionSettings = operation({
  input: { CatalogId: catalogId },
  output: { DataCatalogEncryptionSettings: optional(encryption) },
  resource,
  handle(_: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    return {
      DataCatalogEncryptionSettings: {
        EncryptionAtRest: { CatalogEncryptionMode: 'DISABLED' as const },
        ConnectionPasswordEncryption: { ReturnConnectionPasswordEncrypted: false },
      },
    }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_PutDataCatalogEncryptionSettings.html */
export const PutDataCatalogEncryptionSettings = operation({
  input: { CatalogId: catalogId, DataCatalogEncryptionSettings: encryption },
  output: {},
  resource,
  handle(_: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const { EncryptionAtRest: atRest, ConnectionPasswordEncryption: passwords } = input.DataCatalogEncryptionSettings
    if ((atRest?.CatalogEncryptionMode ?? 'DISABLED') !== 'DISABLED' || passwords?.ReturnConnectionPasswordEncrypted)
      throw new InvalidInputException(
        'Biwa keeps its catalog as it is on the disk and does not encrypt it: CatalogEncryptionMode can only be DISABLED and ReturnConnectionPasswordEncrypted false. Encrypt the disk.',
      )
    return {}
  },
})
