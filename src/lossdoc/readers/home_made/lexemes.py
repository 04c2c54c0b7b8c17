"""What a composed line is made of: expressions for values, pairs, counters, marks and what may be passed over."""

from __future__ import annotations

from lossdoc.input.numbers import NUMBER
from lossdoc.input.prefixes import UNIX_DATE
from lossdoc.words.counters import NUMBERED
from lossdoc.words.expressions import expression
from lossdoc.words.splits import COLUMNS

# tensor(0.5, device='cuda:0'), np.float64(0.1), array([0.5]), <tf.Tensor: ... numpy=0.5>: the number is the value.
_WRAPPED = (
    r"(?:(?:(?:np|numpy|torch|jnp|mx|tf|jax|paddle)\.)?(?:(?:b?float|int)\d+|[Tt]ensor|[Aa]rray|(?:Device)?Array)"
    rf"\(\[*|<tf\.Tensor:[^<>]{{1,80}}numpy=)\s*(?P<wrapped>{NUMBER})\s*(?:\]*(?:,[^()]*)?\)|>)"
)
_UNIT = (
    r"(?:\s?%|\s?(?:ms|sec|secs|seconds|min|GiB|GB|MiB|MB|G|tokens/s|tok/s|samples/s|it/s|s/it)\b"
    r"|[A-Za-zµ]+(?:/[A-Za-z]+)*)?"
)
_PLAIN = (
    rf"(?P<plain>(?!(?i:info|nan[a-z]|inf(?!inity\b)[a-z])){NUMBER}(?:[kKMGBTPE](?![A-Za-z/]))?"
    r"(?:\s?(?:±|\+-|\+/-)\s?\d[\d.eE+-]*)?"
    rf"{_UNIT})"
)
_ENDS = r"(?![\w@]|:\d|-\d|\.\w|\s?/\s?\d)"
_VALUE = rf"(?:{_WRAPPED}|{_PLAIN}){_ENDS}"
# "[0.5 *]", "(0.5 nats)", "<0.5 (avg 0.6)>": what stands beside a value in its bracket.
_BESIDE = r"(?:[^\w\[\](){}<>|,;=:]{0,3}[^\d\[\](){}<>|,;=:]{0,8}(?:\([^()]{1,24}\))?)"
_BOXED = rf"(?P<open>[\[(<{{]|\|(?=[-+.\d]))\s*{_VALUE}{_BESIDE}\s*[\])>}}|]"
_JOINT = (
    r"(?:[|>](?=[-+.\d<(])|\s+@\s+|\s*(?:-{1,3}>|={1,2}>|>>|[→⇒▸»─]|(?::{1,2}=?|~?={1,2})\s*[≈~]?|[≈≅≃~]|:?(?:\.{2,}|…)\s*:?)\s*"
    r"|\s+(?:is|was|are|at|equals?|of|reached|became)(?:\s(?:to|now)|:)?\s+"
    r"|(?P<dash>\s+(?:-{1,2}|::|[–—>|])\s+)|(?P<space>\s+)|(?=[\[(<{]))"
)
_FIRST = r"[^\W\d]"
# "Loss:avg"; not "loss:nan", "loss:np.float64(0.5)"
_INNER = rf":(?!(?i:(?:np|numpy|torch|jnp|mx|tf|jax|paddle)\.|b?float\d|int\d|tensor|\w*array|nan\b|inf))(?={_FIRST})"
# "loss (avg)", "loss[val]", "acc (%)", "rate (img/s)"
_ASIDE = r"(?:\s?[\[(<{](?:(?!(?:nan|inf)\b)[^\W\d]\w*(?:/[^\W\d]\w*)?|%)[\])>}]|\s%(?=\W))?"
_DOT = r"\.(?!\.|\s+[^\W\d])"  # a sentence ends there: "records/second. Loss is 1.26"
_NAME = (
    rf"(?:(?i:top)[ -]\d |\d{{1,2}}_(?=[^\W\d]{{2}}))?{_FIRST}(?:[\w/%@^+-]|'(?=\w)|{_DOT}|{_INNER})*{_ASIDE}"
    rf"(?:\ {_FIRST}(?:[\w/%@^-]|'(?=\w)|{_DOT})*{_ASIDE}){{0,4}}?"
)
_QUOTES = "[\"'`*“”‘’]{0,2}"
_INSIDE = _BOXED.replace("(?P<wrapped>", "(?P<boxed_wrapped>").replace("(?P<plain>", "(?P<boxed>")

PAIR = expression(
    rf"(?P<name>{_NAME}){_QUOTES}{_JOINT}{_QUOTES}(?:{_INSIDE}|{_VALUE}){_QUOTES}"
    # a second number in brackets is an average, a share or a limit of the first
    r"(?:\s{0,3}\(\s*(?:(?:avg|mean|ave|best|prev|min|max|std|n|±|\+/?-)?[ :=]*)[↓↑▲▼Δ]?[-+]?[\d.][\d.eE+/%-]*\s*\))?"
)
# "[loss] 0.5", "<acc>: 0.8": the name stands in a bracket of its own.
CAGED = expression(rf"[\[<(]\s*(?P<name>{_FIRST}[\w./@%^ -]{{0,40}}?)\s*[\])>]\s*[:=]?\s*{_VALUE}")
# "[train:0]", "(val #2)": a split with a number of its own.
NUMBERED_MARK = expression(r"(?P<word>[^\W\d_]+)\s?[:#]\s?(?P<number>\d{1,6})")
# "Accuracy: 9830/10000 (98%)": right answers of all.
FRACTION = expression(
    rf"(?P<name>{_NAME})\s?[:=]?\s*(?P<part>\d{{1,15}})\s?/\s?(?P<whole>\d{{1,15}})(?![\w/.])(?:\s?\(\s*[\d.]+\s?%?\s*\))?"
)
# "Cost after iteration 100: 0.5", "Loss at epoch 0 and iteration 500 is 8.4": the counter stands inside the name.
_LOOP = r"(?i:(?:global[ _]?)?(?:step|epoch|iter(?:ation)?|batch|update|episode|round)s?)"
SENTENCE = expression(
    rf"(?P<name>{_FIRST}[^\d:=|,;()\[\]]{{1,60}}?)(?: \([^()\d]*\))? (?i:at|after|in|for|on|of) "
    rf"(?P<first>{_LOOP}) #?(?P<n>\d+)"
    rf"(?:\s*/\s*\d+)?(?:,? (?:and )?(?P<second>{_LOOP}) #?(?P<m>\d+)(?:\s*/\s*\d+)?)?"
    rf"(?: is| was| are)?\s*[:=]?\s*{_VALUE}"
)
# "[1,  2000]", "[1:2000]": an epoch and a batch (PyTorch's tutorial).
TWO_COUNTERS = expression(r"[\[(]\s*(?P<epoch>\d+)\s*(?:,\s*(?=\d)|:(?=\d{3}))(?P<step>\d+)\s*[\])]")
# "loss 0.5/0.6 (train/val)": a value for each split, named behind the values, beside the name or before it.
_BETWEEN = _JOINT.replace("?P<dash>", "?:").replace("?P<space>", "?:")
_AGAIN = _VALUE.replace("(?P<wrapped>", "(?:").replace("(?P<plain>", "(?:").replace(r"|\s?/\s?\d", "")
SEVERAL = expression(
    rf"(?P<name>{_NAME}){_BETWEEN}(?P<first>{_AGAIN})\s?/\s?(?P<second>{_AGAIN})(?!\s?/)"
    rf"(?:\s*[\[(](?P<behind>[^\W\d]+\s?/\s?[^\W\d]+)[\])])?"
)
# "acc (0.39, 2.49)", "losses=[0.5, 0.6, nan]": several values under one name.
TUPLE = expression(
    rf"(?P<name>{_NAME}){_QUOTES}{_BETWEEN}[\[(]\s*(?P<values>{_AGAIN}(?:(?:\s*[,;]\s*|\s+){_AGAIN}){{1,9}})\s*,?\s*[\])]"
)
ONE_OF_THEM = expression(_AGAIN)
OWNERS = expression(r"(?P<one>[^\W\d]+)\s?/\s?(?P<other>[^\W\d]+)")
# "grad_norm: None", "lr=-", "lr=[1e-4, 1e-5]", "runtime: 00:00:01": a name without a number.
_MOMENT = r"(?:\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?|\d{1,3}:\d\d(?::\d\d)?)(?:\.\d+)?(?![\w:.])"
NOTHING = expression(
    rf"{_FIRST}[\w./%@-]*\s*(?:[:=]\s*(?:(?i:none|null|n/?a|unknown|true|false)\b|-+(?=[\s,|;)]|$)|\?|--?:--|{_MOMENT}|\[[^\[\]]*,[^\[\]]*\])"
    r"|\s(?:None|--?:--|\?)(?=[\s,|;)]|$))"
)
# "average reward over the last 100 episodes", "reward (last 100)": of how many a mean is.
WINDOW = expression(
    r"(?i)(?P<open>[\[(]\s*)?(?:\b(?:over|of|in|for|on|across)\s+)?(?:\bthe\s+)?\b(?:last|past|previous|prev|recent)\s+\d+\b(?![.:/]\d)"
    r"(?:\s+(?:episodes?|eps?|epochs?|games?|steps?|iter(?:ation)?s?|batch(?:es)?|updates?|rounds?|runs?|trials?|matches|evals?)\b)?"
    r"(?(open)\s*[\])])(?=\s*[:=|,;)\]-]|\s+[^\W\d])"
)
# "mean_loss0.13": the value follows without anything between.
STUCK = expression(r"(?P<name>[^\W\d]\w*?[^\W\d_])(?P<wrapped>(?!))?(?P<plain>\d+\.\d{2,})(?![\w.])")
# "100 steps": the number stands before the word.
COUNTED = expression(
    r"(?P<value>\d[\d,]*(?:\.\d+)?[kKM]?(?:\s?/\s?\d+)?)(?:\s+|(?=[\u3000-\ud7ff]))(?P<word>[^\W\d]+)(?!\w|/|\s*[:=]\s*[-+.\d])"
)
# "loss (val)", "loss[val]", "loss@val", "val@loss": a split that a name holds in other ways than with _ and /.
HELD = expression(
    r"(?P<base>.+?)\s?(?:[\[(<{](?P<boxed>[^\W\d]+)[\])>}]|[@|:>\\]+(?P<behind>[^\W\d]+)|\s(?:on|for|in|of)\s(?:the\s)?(?P<of>[^\W\d]+)(?:\sset)?)"
)
HELD_FIRST = expression(r"(?P<first>[^\W\d_]+)[@\\]+(?P<base>.+)")
# "0.5 loss": the number stands before its name.
BEHIND = expression(rf"{_VALUE}\s+(?P<name>{_FIRST}[\w./@-]*(?: {_FIRST}[\w./@-]*)?)(?=\s*(?:[|,;)\]]|$))")
COUNTER = expression(
    rf"(?i:{NUMBERED})\s*(?P<open>[\[(<])?\s*(?P<value>(?:\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d+(?:\.\d+)?[kM]?)(?:\s*/\s*\d[\d,]*(?<!,))?)"
    r"(?:st|nd|rd|th)?(?:\s*(?i:of|von|de|di|из)\s*\d+)?\s*"
    r"(?(open)[\])>](?:\s?/\s?[\[(<]\d+[\])>])?)(?:(?=/?(?i:s|step|b|batch|i|it|iter)\d)|(?![\w%]|\.\d|-\d|:\d|\s?(?:ms|s|sec|it/s)\b|/))"
)
# "3/12:", "[3/12]": a counter without a name.
BARE = expression(
    r"(?P<value>\d+\s*/\s*(?P<total>\d+))(?=\s*(?:[:|)\],;>»-]|$)|\s+(?:[\[(<{*]{0,3}\s?[^\W\d]|\[[=>.]{4}))(?![\w%]|\.\d)"
)
ORDINAL = expression(r"(?P<value>\d{1,9})(?=\s*(?:[:)\]|]|>(?!\d)|-\s|\.\s))(?!:\d)")
# "12 [train] loss 0.5": a number before everything else.
FOREMOST = expression(r"(?P<value>\d{1,9})(?=\s+[\[(<{*\"'`]{0,2}[^\W\d])")
STATED = expression(
    rf"(?i)(?P<quote>[\"']?)(?:{'|'.join(sorted(COLUMNS))})(?P=quote)\s*(?:[:=]|->|is\b|\s)\s*"
    r"(?P<mark>[\"']?[^\W\d][\w-]*[\"']?)(?![\w.]*\s*[:=(]\s*[-+.\d])"
)
# "usage=train": a mark under a name that only this program has.
UNDER_A_NAME = expression(r"[^\W\d]\w*=(?P<quote>[\"']?)(?P<mark>[^\W\d]+)(?P=quote)(?![\w.=/-])")
FLAG = expression(
    r"(?i)(?P<is>is[_ ]?)?(?P<mark>[a-z]+)\s*"
    r"(?:[:=]\s*(?P<word>true|false|yes|no)\b|(?(is)[:=]\s*|=)(?P<digit>[01])(?![\w.]))"
)
WORD = expression(
    r"[^\W\d_](?:(?:[\w/-]|\.(?=[^\W\d]))*\w)?"
    r"(?:\s+(?i:set|data|split|phase|loop|mode|step|results?|metrics?|summary|stats|out))?\b"
)
# A rate, a duration, a time of day, a bar, a date: the tail of a line, in a bracket or not.
_TIME = r"(?:\d+\s?(?:d|days?),?\s?)?(?:\d+:)?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:\s?[AP]M\b)?"
_SPAN = r"\d+(?:\.\d+)?\s?(?:ms|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\b"
_PER = r"[A-Za-z]+/(?:s|sec|second|it|iter|step|epoch|batch|ep|min|h|gpu|sample)\b|[A-Za-z]+ per [a-z]+"
_ITEMS = r"(?:samples?|examples?|images?|tokens?|params?|items?|rows|steps?)\b"
_RATE = rf"[\d.]+[kKMBG]?\s?(?:{_PER}|{_ITEMS}|fps\b|wps\b|tps\b|[GM]i?B\b|%)"
_CALLED = r"(?:eta|elapsed|remaining|took|in|time|left|total|duration|speed|rate|throughput|~|@|est\.?)"
TAIL = expression(
    rf"(?i)(?:{_CALLED}\s*(?:time|left|in)?\s*[:=~]?\s*)?"
    rf"(?:(?:{_SPAN}[\s,]*)+(?![\w])|{_TIME}(?:\s?<\s?(?:{_TIME}|\?))?|{_RATE})"
    r"(?:\s?(?:elapsed|remaining|left|total|eta|/\s?(?:it|epoch|step|batch|iter)))?(?!\w|:\w)"
)
# What loggers and launchers write before a line beside what `input.prefixes` knows: dates, levels, places in a source.
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
LEAD = expression(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\s+)?{_MONTH}\.?\s+\d{{1,2}}(?:,?\s+\d{{4}})?(?=[\s,\]])"
    rf"|\d{{1,2}}[-/ ]{_MONTH}[-/ ]\d{{2,4}}\b"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[-T_](?=\d))?|\d\d?[-/]\d\d?(?:[-/]\d{2,4})?(?=,? \d\d:\d\d)|\d{8}[_-]\d{4,6}\b"
    r"|[DIWEC](?= \d{4}-)|[DIWEC] \d{6} [\d:.]+ [\w.]+:\d+\]?|1\d{9}(?:\.\d+)?(?![\w.])"
    r"|\d{1,2}:\d\d [AP]M\b|(?:time|ts|timestamp)=\"[^\"]*\"|level=\w+"
    r"|(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|NOTICE|TRACE)(?:\[\d+\])?(?![\w=])|(?:debug|info|warning)(?=\s*[:\]|])"
    r"|(?:[\w-]+/)*[\w-]+\.(?:py|cc|cpp|cu|rs|ipynb)(?::\d+)?(?::\w+)?(?![\w=])"
    r"|[\w.-]+@[A-Za-z][\w.-]*(?=\s+[^\d\s:=])|<\d>"
)
# Who wrote a line: it may tell lines of one place apart, and is no place itself.
WRITER = expression(
    r"(?i)(?:(?:local_|global_)?rank|gpu|cuda|device|worker|node|host|pid|proc|process|thread|replica)\s?[:=#_-]?\s?\d+(?=[\s\]):|>,]|$)"
)
# "step@100 loss": a counter inside what looks like a name.
COUNTED_NAME = expression(rf"(?i)(?:^|\s)(?:{NUMBERED})\d+\s")
# A date with a time of day, wherever it stands.
DATED = expression(
    rf"{UNIX_DATE}|\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}[ T_]+\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:[.,]\d+)?(?![\w:])"
)
# What parts the pieces of a line, ornaments and pictograms included.
GAP = expression(
    r"(?:[\s第|,;│·•*>~_=—–→«»!&^\\'\"`“”‘’+-]|[#@$%](?!\d)|/(?=\s|[^\W\d])|:(?!\w)|\.(?!\d)"
    r"|[█▏▎▍▌▋▊▉░▒▓]|[\U0001F300-\U0001FAFF\u2600-\u27BF\ufe0f]|and\b|\[[=>.#█ -]{4,}\])+"
)
BRACKETS = {"[": "]", "(": ")", "<": ">", "{": "}"}
