/// A call in front of which a run may stop.
package struct CallInFront {
  package let place: StopPlace
  /// The verb's name.
  package let verb: String
  /// What its parameters are in the order of help, those by position and options: numbers, addresses,
  /// both ends of a range, for pages the address of the first one's struct page; 0 for what is not
  /// given and for words.
  package let arguments: [UInt64]
  /// What the call before has given: an address, a number, a negative error number, or 0.
  package let returned: UInt64
}

/// Somebody who looks at a run's machine and may stop it between any two calls.
package protocol Debugger: AnyObject {
  /// Whether a call of the verb with this index in the table is to be told of. Asked often.
  func wants(verb: Int, of interpreter: borrowing Interpreter) -> Bool

  /// Waits in front of a call for as long as the run is to stand still.
  ///
  /// - Returns: whether the run goes on; false ends it.
  func attend(_ call: CallInFront, _ interpreter: inout Interpreter) -> Bool
}
