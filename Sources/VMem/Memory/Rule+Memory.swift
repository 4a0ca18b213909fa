/// The rules of pages.
extension Rule {
  package static let memory: [Rule] = [
    .orderTooHigh, .noSuchNode, .noFrames, .zeroPages, .pageNotAllocated, .nullInList,
    .triesForEver,
  ]

  package static let orderTooHigh = Rule(
    "orderTooHigh", "order",
    says: "order {order} is above the highest, 10")
  package static let noSuchNode = Rule(
    "noSuchNode", "node", "nodes",
    says: "no node {node:signed} among {nodes}")
  package static let noFrames = Rule(
    "noFrames", "count",
    unbound: "no free frames, {count} wanted",
    says: {
      $0["count"] == 1 ? "no free frame" : "no \($0["count"]) free frames"
    },
    hint: "boot with more --memory")
  package static let triesForEver = Rule(
    "triesForEver",
    says: "there is no memory, and __GFP_NOFAIL takes no for an answer: a kernel tries for ever",
    hint: "free something first, or allow the call to fail")
  package static let zeroPages = Rule(
    "zeroPages",
    says: "0 pages asked for")
  package static let pageNotAllocated = Rule(
    "pageNotAllocated", "pfn",
    says: "frame {pfn} is not allocated")
  package static let nullInList = Rule(
    "nullInList", "position",
    says: "page {position} of the list is null: there is no struct page to count in")
}
