import VimapSystem

/// The folders that files are in, each once.
struct Folders {
  private let owners: [SharedDescriptor]
  var numbers: [CInt] { owners.map(\.number) }

  init(_ paths: [String]) throws(SystemError) {
    var seen = Set<FileIdentity>()
    var owners: [SharedDescriptor] = []
    for path in paths {
      let folder = try Descriptor.open(folderOf: path)
      if seen.insert(try Descriptor.facts(folder.number).identity).inserted {
        owners.append(SharedDescriptor(taking: folder.release()))
      }
    }
    self.owners = owners
  }
}
