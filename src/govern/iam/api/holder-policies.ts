/** The policies of a user, a role or a group: inline ones, and managed ones that are attached. Each kind's file gives them AWS's names. */
import { list, optional, structure, type Values } from '../../../gateway/shape.ts'
import { attachedPage } from '../listing.ts'
import { type Holding, type Named, operationsOn } from './holder.ts'
import {
  arn,
  encodedDocument,
  pageAnswer,
  pageInput,
  pageOutput,
  pageRequest,
  policyDocument,
  policyName,
  policyPath,
} from './shapes.ts'

const inline = { PolicyName: policyName, PolicyDocument: policyDocument }

export function policiesOf<Member extends string>(holding: Holding<Member>) {
  const operation = operationsOn(holding)
  // Of the operations on policies this one alone tells whose it is.
  const ofHolder = { [holding.member]: holding.name, ...inline } as Named<Member, typeof inline>
  return {
    put: operation({
      input: inline,
      output: {},
      async handle(iam, holder, input) {
        await iam.inline.put(holder, { name: input.PolicyName, document: input.PolicyDocument })
        return {}
      },
    }),

    get: operation({
      input: { PolicyName: policyName },
      output: ofHolder,
      handle(iam, holder, input) {
        const { name, document } = iam.inline.get(holder, input.PolicyName)
        const told = { [holding.member]: holder.name, PolicyName: name, PolicyDocument: encodedDocument(document) }
        return told as unknown as Values<typeof ofHolder>
      },
    }),

    list: operation({
      input: pageInput,
      output: { PolicyNames: list(policyName), ...pageOutput },
      handle(iam, holder, input) {
        const page = iam.inline.list(holder, pageRequest(input))
        return { PolicyNames: page.items.map(policy => policy.name), ...pageAnswer(page) }
      },
    }),

    delete: operation({
      input: { PolicyName: policyName },
      output: {},
      async handle(iam, holder, input) {
        await iam.inline.delete(holder, input.PolicyName)
        return {}
      },
    }),

    attach: operation({
      input: { PolicyArn: arn },
      output: {},
      async handle(iam, holder, input) {
        await iam.attachments.attach(holder, input.PolicyArn)
        return {}
      },
    }),

    detach: operation({
      input: { PolicyArn: arn },
      output: {},
      async handle(iam, holder, input) {
        await iam.attachments.detach(holder, input.PolicyArn)
        return {}
      },
    }),

    listAttached: operation({
      input: { PathPrefix: optional(policyPath), ...pageInput },
      output: {
        AttachedPolicies: optional(list(structure({ PolicyName: optional(policyName), PolicyArn: optional(arn) }))),
        ...pageOutput,
      },
      handle(iam, holder, input) {
        const page = attachedPage(iam, holder, { ...pageRequest(input), pathPrefix: input.PathPrefix })
        return {
          AttachedPolicies: page.items.map(policy => ({ PolicyName: policy.name, PolicyArn: policy.arn })),
          ...pageAnswer(page),
        }
      },
    }),
  }
}
