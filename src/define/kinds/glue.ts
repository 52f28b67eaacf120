/** What the kinds of Glue's resources share: tags and how the absence of something is told. */
import { type Aws, present } from '../invoke.ts'
import { mark, ownTags, retag, type Tags } from './tags.ts'

export const noEntity = 'EntityNotFoundException'

export const glueArn = ({ account, region }: Pick<Aws, 'account' | 'region'>, resource: string): string =>
  `arn:aws:glue:${region}:${account}:${resource}`

/** `job/curate` */
export async function glueTags(aws: Aws, resource: string): Promise<Tags> {
  const asked = aws.invoke('glue', 'GetTags', { ResourceArn: glueArn(aws, resource) })
  return ownTags((await present<{ Tags?: Tags }>(asked, noEntity))?.Tags)
}

export const glueRetag = (aws: Aws, resource: string, wanted: Tags, found: Tags): Promise<void> => {
  const ResourceArn = glueArn(aws, resource)
  return retag(wanted, found, {
    set: TagsToAdd => aws.invoke('glue', 'TagResource', { ResourceArn, TagsToAdd }),
    take: TagsToRemove => aws.invoke('glue', 'UntagResource', { ResourceArn, TagsToRemove }),
  })
}

/** Input of Glue's listings that can be asked for what has a tag. */
export const tagged = ({ lake }: Aws) => ({ Tags: { [mark]: lake } })

export const nextToken = ({ NextToken }: { readonly NextToken?: string }) =>
  NextToken === undefined ? undefined : { NextToken }
