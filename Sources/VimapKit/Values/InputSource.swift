public import VimapBytes
import VimapSystem

/// Inputs, as a pool is given them.
///
/// It is closures, made where the types are known, so that what is done with every input is
/// compiled for them.
@usableFromInline
struct InputSource {
  /// Makes an empty list for its inputs.
  @usableFromInline let makeKept: () -> KeptInputs
  /// Takes inputs: puts each into the list and, encoded, into the batch, as long as that takes
  /// more; or says there why it stopped before.
  @usableFromInline let pull: (KeptInputs, BatchWriter) -> Void
  /// Is told whom to call when there may be more, behind a ``BatchWriter/State/waiting``.
  @usableFromInline var onArrival: (@escaping @Sendable () -> Void) -> Void = { _ in }
  /// No more is wanted.
  @usableFromInline var stop: () -> Void = {}

  @inlinable
  init<Supply: InputSupply, Form: SentForm>(_ supply: Supply, as form: Form)
  where Form.Input == Supply.Input {
    var supply = supply
    let spares = SpareSlots<Supply.Input>()
    makeKept = { TypedInputs(spares) }
    pull = { kept, batch in
      let slots = unsafeDowncast(kept, to: TypedInputs<Supply.Input>.self).slots
      slots.reserve(batch.roomForRecords)
      while batch.takesMore {
        guard let input = supply.next(batch) else { return }
        batch.begin()
        var refusal: (any Error)?
        do { try form.encode(input, to: &batch.frames) } catch { refusal = error }
        slots.append(consume input)
        if let refusal { batch.refuse(refusal) } else { batch.end() }
      }
    }
  }

  /// The elements of a sequence.
  @inlinable
  init<Inputs: IteratorProtocol, Form: SentForm>(_ inputs: Inputs, as form: Form)
  where Form.Input == Inputs.Element { self.init(SequenceSupply(inputs), as: form) }

  /// What a closure gives until it gives `nil` or throws.
  @inlinable
  init<Form: SentForm>(reading next: @escaping () throws -> Form.Input?, as form: Form) {
    self.init(ReaderSupply(next), as: form)
  }

  /// What a task puts into a store.
  @inlinable
  init<Form: SentForm>(_ arrivals: Arrivals<Form.Input>, as form: Form)
  where Form.Input: Sendable {
    self.init(ArrivalSupply(arrivals), as: form)
    onArrival = { arrivals.onArrival($0) }
    stop = { arrivals.stop() }
  }
}

/// Where inputs are taken from, one by one.
@usableFromInline
protocol InputSupply<Input> {
  associatedtype Input

  /// Takes the next input, or says in the batch why there is none.
  mutating func next(_ batch: BatchWriter) -> Input?
}

@usableFromInline
struct SequenceSupply<Inputs: IteratorProtocol>: InputSupply {
  @usableFromInline var inputs: Inputs

  @inlinable
  init(_ inputs: Inputs) { self.inputs = inputs }

  @inlinable
  mutating func next(_ batch: BatchWriter) -> Inputs.Element? {
    let input = inputs.next()
    if input == nil { batch.state = .ended }
    return input
  }
}

@usableFromInline
struct ReaderSupply<Input>: InputSupply {
  @usableFromInline let read: () throws -> Input?

  @inlinable
  init(_ read: @escaping () throws -> Input?) { self.read = read }

  @inlinable
  func next(_ batch: BatchWriter) -> Input? {
    do {
      if let input = try read() { return input }
    } catch {
      batch.sourceFailure = error
    }
    batch.state = .ended
    return nil
  }
}

@usableFromInline
struct ArrivalSupply<Input: Sendable>: InputSupply {
  @usableFromInline let arrivals: Arrivals<Input>

  @inlinable
  init(_ arrivals: Arrivals<Input>) { self.arrivals = arrivals }

  @inlinable
  func next(_ batch: BatchWriter) -> Input? {
    switch arrivals.take(wanted: batch.left) {
    case .input(let input): return input
    case .nothing: batch.state = .waiting
    case .end(let failure):
      batch.sourceFailure = failure
      batch.state = .ended
    }
    return nil
  }
}
