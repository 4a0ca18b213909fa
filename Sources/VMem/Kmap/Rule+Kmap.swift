/// The rules of temporary mappings and protection keys.
extension Rule {
  package static let kmap: [Rule] = [
    .taskSleeps, .migrationDisabled, .noStructPage, .noKmapSlot, .sleepsInAtomic, .pageNotKmapped,
    .kunmapUnbalanced, .kmapTooDeep, .nothingKmapped, .preemptTooDeep, .nothingAtomic,
    .tooManyToCompare, .noProtectionKeys, .noSuchKey, .notInDirectMap, .protectionKey,
  ]

  package static let taskSleeps = Rule(
    "taskSleeps", "pfn",
    says: "the task sleeps in kmap, for frame {pfn}",
    hint: "a kunmap of another task wakes it; `task NAME` then lets its call go on")
  package static let migrationDisabled = Rule(
    "migrationDisabled", "times", "cpu",
    says: "the task cannot leave CPU {cpu}: migration is disabled {times} times")
  package static let noStructPage = Rule(
    "noStructPage", "pfn",
    unbound: "frame {pfn} is no RAM, or the page is null: there is no struct page",
    says: {
      $0["pfn"] == .max
        ? "the page is null" : "frame \($0["pfn"]) is no RAM: it has no struct page"
    })
  package static let noKmapSlot = Rule(
    "noKmapSlot", "slots",
    says: "all {slots} slots of PKMAP have users: the task sleeps",
    hint: "a kunmap of another task wakes it; `task NAME` then lets its call go on")
  package static let sleepsInAtomic = Rule(
    "sleepsInAtomic", "slots",
    says: "all {slots} slots of PKMAP have users, and nothing may sleep")
  package static let pageNotKmapped = Rule(
    "pageNotKmapped", "pfn",
    says: "frame {pfn} has no address from kmap")
  package static let kunmapUnbalanced = Rule(
    "kunmapUnbalanced", "pfn",
    says: "frame {pfn} has no user left: more kunmap than kmap")
  package static let kmapTooDeep = Rule(
    "kmapTooDeep", "count", "most",
    says: "{count} mappings are held, and {most} are the most",
    hint: "kunmap_local releases the last mapping first")
  package static let nothingKmapped = Rule(
    "nothingKmapped", "address",
    says: "the task has no mapping to release, and none at {address:hex}",
    hint: "kunmap_local releases the last mapping first")
  package static let preemptTooDeep = Rule(
    "preemptTooDeep", "most",
    says: "preemption is disabled {most} times already")
  package static let nothingAtomic = Rule(
    "nothingAtomic",
    says: "no kmap_atomic is open")
  package static let tooManyToCompare = Rule(
    "tooManyToCompare", "pages", "most",
    says: "{pages} pages; 1 to {most} are compared")
  package static let noProtectionKeys = Rule(
    "noProtectionKeys",
    says: "this machine has no protection keys",
    hint: "boot with --with pks")
  package static let noSuchKey = Rule(
    "noSuchKey", "key", "last",
    says: "key {key} is not from 1 to {last}")
  package static let notInDirectMap = Rule(
    "notInDirectMap", "pfn",
    says: "the direct map does not have frame {pfn}",
    hint: "only pages of low memory have an entry there")
  package static let protectionKey = Rule(
    "protectionKey", "address", "key", "code",
    unbound: "key {key} forbids this task the access to {address:hex}",
    says: {
      "key \($0["key"]) forbids this task \($0["code"] & 2 != 0 ? "to write" : "to use") "
        + "\($0.hexadecimal("address")) (error code \($0.hexadecimal("code")))"
    },
    hint: "kmap_local_page opens protected pages, pks_set any key")
}
