import VimapSystem

/// Which standard descriptors the program was started without.
///
/// A closed one is filled with /dev/null at once, or the next file opened would take its number and
/// be written to by mistake.
struct StandardDescriptors {
  let hasInput: Bool
  let hasOutput: Bool

  init() throws(SystemError) {
    hasInput = Descriptor.isOpen(StandardDescriptor.input)
    hasOutput = Descriptor.isOpen(StandardDescriptor.output)
    try Descriptor.fillClosedStandardDescriptors()
  }
}
