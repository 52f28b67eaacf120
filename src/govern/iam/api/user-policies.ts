/** The policies of a user, under AWS's names. */
import { policiesOf } from './holder-policies.ts'
import { existingUserName } from './shapes.ts'

const policies = policiesOf({ kind: 'user', member: 'UserName', name: existingUserName })

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html */
export const PutUserPolicy = policies.put

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html */
export const GetUserPolicy = policies.get

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserPolicies.html */
export const ListUserPolicies = policies.list

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html */
export const DeleteUserPolicy = policies.delete

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html */
export const AttachUserPolicy = policies.attach

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html */
export const DetachUserPolicy = policies.detach

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html */
export const ListAttachedUserPolicies = policies.listAttached
