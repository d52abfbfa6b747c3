import VimapSystem

/// Which standard descriptors were closed when the program was started.
///
/// A closed one is opened as /dev/null at once. Otherwise the next file opened would get its
/// number, and would be written to by mistake.
struct StandardDescriptors {
  let hasInput: Bool
  let hasOutput: Bool

  init() throws(SystemError) {
    hasInput = Descriptor.isOpen(StandardDescriptor.input)
    hasOutput = Descriptor.isOpen(StandardDescriptor.output)
    try Descriptor.fillClosedStandardDescriptors()
  }
}
