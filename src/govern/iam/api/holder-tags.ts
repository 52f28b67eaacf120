/** The tags of a user, a role or an instance profile. Each kind's file gives the operations AWS's names; groups have no tags. */
import { paged } from '../paging.ts'
import { type Holding, operationsOn } from './holder.ts'
import {
  pageAnswer,
  pageInput,
  pageOutput,
  pageRequest,
  tagKeys,
  tagList,
  tagsAnswer,
  tagsOf,
  without,
} from './shapes.ts'

export function tagsOn<Member extends string>(holding: Holding<Member>) {
  const operation = operationsOn(holding)
  return {
    tag: operation({
      input: { Tags: tagList },
      output: {},
      async handle(iam, holder, input) {
        await iam.entities.retag(holder, holder.kind, holder.name, tags => ({ ...tags, ...tagsOf(input.Tags) }))
        return {}
      },
    }),

    untag: operation({
      input: { TagKeys: tagKeys },
      output: {},
      async handle(iam, holder, input) {
        await iam.entities.retag(holder, holder.kind, holder.name, without(input.TagKeys))
        return {}
      },
    }),

    list: operation({
      input: pageInput,
      output: { Tags: tagList, ...pageOutput },
      handle(_, holder, input) {
        const page = paged(tagsAnswer(holder.tags), pageRequest(input), tag => tag.Key)
        return { Tags: page.items, ...pageAnswer(page) }
      },
    }),
  }
}
