import { describeAddOns } from '@anamnesis/core/methods'
import { Query, Resolver } from 'type-graphql'
import { AddOn, toAddOn } from './type.ts'

@Resolver(() => AddOn)
export class AddOnResolver {
  @Query(() => [AddOn], { description: 'What startRun accepts in addOns.' })
  addOns(): AddOn[] {
    return describeAddOns().map(toAddOn)
  }
}
