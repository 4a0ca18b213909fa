/// Where a run goes after a line.
enum Flow {
  case next
  case stop
}
