/** The policies of a group, under AWS's names. */
import { policiesOf } from './holder-policies.ts'
import { groupName } from './shapes.ts'

const policies = policiesOf({ kind: 'group', member: 'GroupName', name: groupName })

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutGroupPolicy.html */
export const PutGroupPolicy = policies.put

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroupPolicy.html */
export const GetGroupPolicy = policies.get

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupPolicies.html */
export const ListGroupPolicies = policies.list

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroupPolicy.html */
export const DeleteGroupPolicy = policies.delete

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachGroupPolicy.html */
export const AttachGroupPolicy = policies.attach

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachGroupPolicy.html */
export const DetachGroupPolicy = policies.detach

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedGroupPolicies.html */
export const ListAttachedGroupPolicies = policies.listAttached
