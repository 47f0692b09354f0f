// SPDX-License-Identifier: Apache-2.0
#include "engine/seccomp/compile.h"

#include <algorithm>

#include "engine/seccomp/assembler.h"
#include "engine/seccomp/verdicts.h"

namespace nosc::seccomp {
namespace {

constexpr uint32_t kX32Bit = 0x40000000;  // __X32_SYSCALL_BIT of x86's asm/unistd.h
constexpr uint32_t kLoad = sys::kBPF_LD | sys::kBPF_W | sys::kBPF_ABS;
constexpr uint32_t kAnd = sys::kBPF_ALU | sys::kBPF_AND | sys::kBPF_K;

// Neighbouring numbers of one verdict, up to the start of the next range.
struct Range {
  uint32_t start;
  VerdictId verdict;
  Word word;
};

// The second half: ranges and code.
class Generator {
 public:
  Generator(const spec::Seccomp& profile, const Target& target, Verdicts& verdicts, Arena& arena)
      : target_(target),
        verdicts_(verdicts),
        assembler_(arena.array<sys::SockFilter>(kLongestProgram)) {
    size_t most = 0;
    for (const AbiVerdicts& of : verdicts.abis()) most += of.calls.size() + kMostPrivateCalls + 8;
    ranges_ = arena.array<Range>(most);
    enosys_ = verdicts.action(sys::kSECCOMP_RET_ERRNO | target.enosys);
    kill_ = verdicts.action(sys::kSECCOMP_RET_KILL_THREAD);
    knows_new_calls_ = profile.default_action == spec::SeccompAction::kAllow ||
                       profile.default_action == spec::SeccompAction::kLog ||
                       profile.default_action == spec::SeccompAction::kTrace;
  }

  std::span<const sys::SockFilter> generate();

 private:
  void add_range(uint32_t start, VerdictId verdict, Word word);
  void add_abi(const AbiVerdicts& of);
  void add_missing_x32(VerdictId beyond);
  Label tree(size_t first, size_t last);
  Label code_of(VerdictId id, Word word);
  Label rule(const Verdict& verdict, Word word, Label fail);
  Label comparison(const spec::SeccompArgument& argument, Word word, Label match, Label fail);
  Label half(uint32_t offset, uint32_t test, uint32_t mask, uint32_t value, Label match,
             Label fail);

  const Target& target_;
  Verdicts& verdicts_;
  Assembler assembler_;
  std::span<Range> ranges_;
  size_t range_count_ = 0;
  VerdictId enosys_;
  VerdictId kill_;
  bool knows_new_calls_;
};

void Generator::add_range(uint32_t start, VerdictId verdict, Word word) {
  if (range_count_ != 0) {
    const Range& former = ranges_[range_count_ - 1];
    const bool is_action = verdicts_[verdict].rule == nullptr;
    if (former.verdict == verdict && (is_action || former.word == word)) return;
    if (former.start == start) --range_count_;
  }
  ranges_[range_count_++] = {start, verdict, word};
}

// The ranges of an ABI, behind those of the ones before it.
void Generator::add_abi(const AbiVerdicts& of) {
  const Word word = of.abi->word;
  // Above the highest number that the profile knows.
  const bool has_enosys = !knows_new_calls_ && of.highest != 0;
  const VerdictId beyond = has_enosys ? enosys_ : kDefault;
  // setup(2), below s390x's first call: where its kernel puts numbers that it doesn't know.
  const bool has_setup = has_enosys && of.abi->id == sys::AbiId::kS390x;
  add_range(of.base == kX32Bit ? of.base : 0, has_setup ? enosys_ : kDefault, word);
  uint32_t number = of.base;
  for (const VerdictId verdict : of.calls) {
    add_range(number, has_enosys && number > of.highest ? enosys_ : verdict, word);
    ++number;
  }
  add_range(number, of.highest > number ? kDefault : beyond, word);
  if (of.abi->private_calls[0] == '\0') return;
  number = kFirstPrivateCall;
  for (const VerdictId verdict : of.private_calls) {
    add_range(number, has_enosys && number > of.highest ? enosys_ : verdict, word);
    ++number;
  }
  add_range(number, beyond, word);
}

// The numbers of x32 where it isn't listed: killed, as a foreign architecture is. What runc puts in
// front of the filter looks for the bit of x32 alone, and above it there are numbers without it.
// The last number is what a tracer writes to skip a call.
void Generator::add_missing_x32(VerdictId beyond) {
  add_range(kX32Bit, kill_, Word::k64);
  if (beyond == enosys_) {
    add_range(kX32Bit * 2, enosys_, Word::k64);
    add_range(kX32Bit * 3, kill_, Word::k64);
  }
  add_range(UINT32_MAX, kDefault, Word::k64);
}

std::span<const sys::SockFilter> Generator::generate() {
  const auto abis = verdicts_.abis();
  Label next = code_of(kill_, Word::k64);
  for (size_t end = abis.size(); end != 0;) {
    const uint32_t audit_arch = abis[end - 1].abi->audit_arch;
    size_t first = end;
    while (first != 0 && abis[first - 1].abi->audit_arch == audit_arch) --first;
    range_count_ = 0;
    for (const AbiVerdicts& of : abis.subspan(first, end - first)) add_abi(of);
    if (abis[end - 1].abi->id == sys::AbiId::kX86_64) {
      add_missing_x32(ranges_[range_count_ - 1].verdict);
    }
    assembler_.fall_to(tree(0, range_count_ - 1));
    const Label load = assembler_.put(kLoad, offsetof(sys::SeccompData, nr));
    next = assembler_.jump(sys::kBPF_JEQ, audit_arch, load, assembler_.reach(next));
    end = first;
  }
  assembler_.put(kLoad, offsetof(sys::SeccompData, arch));
  if (assembler_.overflowed()) {
    fail_invalid({"/linux/seccomp/syscalls"}, "needs more than 4096 instructions");
  }
  return assembler_.program();
}

// Finds the range of a number, and goes to the code of its verdict.
Label Generator::tree(size_t first, size_t last) {
  const Range& low = ranges_[first];
  if (first == last) return code_of(low.verdict, low.word);
  // One number between two ranges of one verdict.
  if (last - first == 2 && low.verdict == ranges_[last].verdict && low.word == ranges_[last].word &&
      ranges_[last].start == ranges_[first + 1].start + 1) {
    const Label other = tree(first, first);
    const Label one = tree(first + 1, first + 1);
    return assembler_.jump(sys::kBPF_JEQ, ranges_[first + 1].start, one, assembler_.reach(other));
  }
  const size_t middle = (first + last + 1) / 2;
  Label right = tree(middle, last);
  const Label left = tree(first, middle - 1);
  if (middle == last) right = tree(middle, last);  // code that is nearer by now
  right = assembler_.reach(right);
  return assembler_.jump(sys::kBPF_JGE, ranges_[middle].start, right, assembler_.reach(left));
}

Label Generator::code_of(VerdictId id, Word word) {
  Verdict& verdict = verdicts_[id];
  const bool is_action = verdict.rule == nullptr;
  Label& label = verdict.labels[is_action ? 0 : static_cast<size_t>(word)];
  if (label != 0 && (!is_action || assembler_.is_near(label))) {
    label = assembler_.reach(label);
  } else if (is_action) {
    label = assembler_.put(sys::kBPF_RET | sys::kBPF_K, verdict.action);
  } else {
    Label code = code_of(kDefault, word);
    for (VerdictId at = id; verdicts_[at].rule != nullptr && !assembler_.overflowed();) {
      code = rule(verdicts_[at], word, code);
      at = verdicts_[at].before;
    }
    label = code;
  }
  return label;
}

// The code of one rule in front of what follows where it doesn't match.
Label Generator::rule(const Verdict& verdict, Word word, Label fail) {
  const auto args = verdict.rule->args;
  // Where an argument has two conditions, one of all conditions is enough.
  bool one_is_enough = false;
  uint32_t seen = 0;
  for (const spec::SeccompArgument& argument : args) {
    one_is_enough |= (seen & 1U << argument.index) != 0;
    seen |= 1U << argument.index;
  }
  const spec::SeccompArgument call{.index = 0,
                                   .op = spec::SeccompOperator::kEqual,
                                   .value = verdict.multiplexed,
                                   .value_two = 0};
  const Label match = code_of(verdict.match, word);
  Label code = one_is_enough ? fail : match;
  for (size_t i = args.size(); i != 0; --i) {
    const Label if_true = one_is_enough ? match : code;
    const Label if_false = one_is_enough ? code : fail;
    const bool is_replaced = verdict.multiplexed != 0 && args[i - 1].index == 0;
    code = is_replaced ? if_true : comparison(args[i - 1], word, if_true, if_false);
    if (one_is_enough && verdict.multiplexed != 0) code = comparison(call, word, code, if_false);
  }
  if (!one_is_enough && verdict.multiplexed != 0) code = comparison(call, word, code, fail);
  return code;
}

// Compares a half of an argument.
Label Generator::half(uint32_t offset, uint32_t test, uint32_t mask, uint32_t value, Label match,
                      Label fail) {
  assembler_.jump(test, value, match, fail);
  if (mask != UINT32_MAX) assembler_.put(kAnd, mask);
  return assembler_.put(kLoad, offset);
}

Label Generator::comparison(const spec::SeccompArgument& argument, Word word, Label match,
                            Label fail) {
  using Operator = spec::SeccompOperator;
  uint64_t mask = UINT64_MAX;
  uint64_t value = argument.value;
  uint32_t test = sys::kBPF_JEQ;
  switch (argument.op) {
    case Operator::kNotEqual: std::swap(match, fail); break;
    case Operator::kEqual: break;
    case Operator::kLess: std::swap(match, fail); [[fallthrough]];
    case Operator::kGreaterOrEqual: test = sys::kBPF_JGE; break;
    case Operator::kLessOrEqual: std::swap(match, fail); [[fallthrough]];
    case Operator::kGreater: test = sys::kBPF_JGT; break;
    case Operator::kMaskedEqual:
      mask = value;
      value = argument.value_two & mask;
      break;
  }
  match = assembler_.reach(match);
  fail = assembler_.reach(fail);
  const uint32_t offset = offsetof(sys::SeccompData, args) + argument.index * sizeof(uint64_t);
  const bool is_big = target_.byte_order == ByteOrder::kBig;
  Label code = half(is_big ? offset + 4 : offset, test, static_cast<uint32_t>(mask),
                    static_cast<uint32_t>(value), match, fail);
  const auto high_mask = static_cast<uint32_t>(mask >> 32);
  if (word == Word::k32 || high_mask == 0) return code;
  const auto high = static_cast<uint32_t>(value >> 32);
  // Only equal upper halves leave it to the lower ones.
  code = assembler_.jump(sys::kBPF_JEQ, high, code, fail);
  if (test != sys::kBPF_JEQ) assembler_.jump(sys::kBPF_JGT, high, match, code);
  if (high_mask != UINT32_MAX) assembler_.put(kAnd, high_mask);
  return assembler_.put(kLoad, is_big ? offset : offset + 4);
}

}  // namespace

std::span<const sys::SockFilter> compile(const spec::Seccomp& profile, const Target& target,
                                         UnknownNames unknown, Arena& arena) {
  Verdicts verdicts(profile, target, arena);
  verdicts.add_entries(unknown);
  return Generator(profile, target, verdicts, arena).generate();
}

}  // namespace nosc::seccomp
