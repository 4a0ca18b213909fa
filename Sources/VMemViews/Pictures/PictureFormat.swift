/// The forms of a picture.
package enum PictureFormat: Sendable {
  /// One SVG document.
  case svg
  /// A page that contains the same document.
  case html
}
