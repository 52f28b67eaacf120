/** Tags of work groups and data catalogs. https://docs.aws.amazon.com/athena/latest/APIReference/API_TagResource.html */
import { operation } from '../../../gateway/operation.ts'
import { integer, list, optional, string } from '../../../gateway/shape.ts'
import type { Athena } from '../athena.ts'
import { noSuchResource } from '../faults.ts'
import type { Scope } from '../needs.ts'
import * as shape from './shapes.ts'

const taggable = string({ min: 1, max: 1011 })
const tagged = (input: { readonly ResourceARN: string }) => input.ResourceARN

export const TagResource = operation({
  input: { ResourceARN: taggable, Tags: shape.tags },
  output: {},
  resource: tagged,
  async handle(athena: Athena, { ResourceARN: arn, Tags }, call) {
    await athena.tags.add(existing(athena, arn, call), shape.pairsOf(Tags))
    return {}
  },
})

export const UntagResource = operation({
  input: { ResourceARN: taggable, TagKeys: list(string({ min: 1, max: 128 })) },
  output: {},
  resource: tagged,
  async handle(athena: Athena, { ResourceARN: arn, TagKeys }, call) {
    await athena.tags.remove(existing(athena, arn, call), TagKeys)
    return {}
  },
})

/** A resource has at most 50 tags: they fit on one page. */
export const ListTagsForResource = operation({
  input: { ResourceARN: taggable, MaxResults: optional(integer({ min: 75 })) },
  output: { Tags: optional(shape.tags) },
  resource: tagged,
  handle: (athena: Athena, { ResourceARN: arn }, call) => ({
    Tags: athena.tags.of(existing(athena, arn, call)).map(({ key, value }) => ({ Key: key, Value: value })),
  }),
})

/** The ARN of a resource that is there, as it spells its name. Throws for any other. */
function existing(athena: Athena, arn: string, call: Scope): string {
  const name = arn.slice(arn.lastIndexOf('/') + 1)
  if (arn === shape.workGroupArn(call, name)) return shape.workGroupArn(call, athena.workGroups.find(call, name).name)
  if (arn === shape.dataCatalogArn(call, name))
    return shape.dataCatalogArn(call, athena.dataCatalogs.find(call, name).name)
  throw noSuchResource(arn)
}
