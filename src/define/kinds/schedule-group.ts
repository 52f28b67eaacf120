/** The lake's group of EventBridge Scheduler, which has the lake's name and its tags: schedules themselves have none. */
import { type Aws, present } from '../invoke.ts'
import { kind } from '../kind.ts'
import { type AwsTags, awsTags, mark, retag, type Tags, tagsFrom } from './tags.ts'

export type ScheduleGroupState = { readonly tags: Tags }

export const noSchedule = 'ResourceNotFoundException'
const arnOf = ({ account, region }: Aws, name: string) =>
  `arn:aws:scheduler:${region}:${account}:schedule-group/${name}`

export const scheduleGroup = kind<ScheduleGroupState>({
  name: 'schedule-group',
  summary: () => '',
  read: stateOf,
  async create({ invoke }, Name, { tags }) {
    await invoke('scheduler', 'CreateScheduleGroup', { Name, Tags: awsTags(tags) })
  },
  async change(aws, name, wanted, found) {
    const ResourceArn = arnOf(aws, name)
    await retag(wanted.tags, found.tags, {
      set: tags => aws.invoke('scheduler', 'TagResource', { ResourceArn, Tags: awsTags(tags) }),
      take: TagKeys => aws.invoke('scheduler', 'UntagResource', { ResourceArn, TagKeys }),
    })
  },
  async remove({ invoke }, Name) {
    await present(invoke('scheduler', 'DeleteScheduleGroup', { Name }), noSchedule)
  },
  async owned(aws) {
    return (await stateOf(aws, aws.lake))?.tags[mark] === aws.lake ? [aws.lake] : []
  },
  lakeOf: (_, { tags }) => tags[mark],
})

export async function stateOf(aws: Aws, Name: string): Promise<ScheduleGroupState | undefined> {
  if (!(await present(aws.invoke('scheduler', 'GetScheduleGroup', { Name }), noSchedule))) return undefined
  const asked = aws.invoke('scheduler', 'ListTagsForResource', { ResourceArn: arnOf(aws, Name) })
  return { tags: tagsFrom(((await asked) as { Tags?: AwsTags }).Tags) }
}
