/** The permissions boundary of a user or a role. Each kind's file gives the operations AWS's names. */
import { type Holding, operationsOn } from './holder.ts'
import { arn } from './shapes.ts'

export function boundaryOn<Member extends string>(holding: Holding<Member>) {
  const operation = operationsOn(holding)
  return {
    put: operation({
      input: { PermissionsBoundary: arn },
      output: {},
      async handle(iam, holder, input, call) {
        iam.managed.get(call, input.PermissionsBoundary)
        await iam.entities.setBoundary(call, holder.kind, holder.name, input.PermissionsBoundary)
        return {}
      },
    }),

    delete: operation({
      input: {},
      output: {},
      async handle(iam, holder, _, call) {
        await iam.entities.setBoundary(call, holder.kind, holder.name, undefined)
        return {}
      },
    }),
  }
}
