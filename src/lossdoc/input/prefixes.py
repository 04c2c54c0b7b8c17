"""What loggers, launchers and Ray write before a line: stripped, but rank and split are kept. clean -> [here]."""

from __future__ import annotations

from lossdoc.input.shape import LONGEST, Memory, shape
from lossdoc.words.counters import PLACES
from lossdoc.words.expressions import expression
from lossdoc.words.splits import WORD, split_of

_LEVEL = r"(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|SUCCESS|TRACE|FATAL|NOTICE)"
_DATE = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/]\d{1,2}(?:[-/]\d{2,4})?|\d{8})"
_TIME = r"\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|\s?[+-]\d{2}:?\d{2}|\s?[AP]M|\s(?:UTC|GMT)\b)?"
_DAY = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d " + _TIME
# syslog and ts leave the year out, date and ctime name the weekday before it.
UNIX_DATE = rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) {_DAY}(?: [A-Z]{{3,4}})? \d{{4}}\b|{_DAY})"
PROGRAM = r"[\w.-]+ [\w./@-]+\[\d+\]"  # syslog and journald, behind the time: host program[pid]
RAY = r"[^()\s]*\s?pid=\d+(?:, ip=[\w.:]+)?"
MPI = r"\d+,(?:\d+|mpirank:\d+,[\w.-]+)"  # mpirun --tag-output, SageMaker
CONTAINER = r"[\w.-]+[-_]\d+|[\w.-]+@[\w.-]+"  # docker compose, docker service logs
POD = r"[^\]\s]+"  # kubectl logs --prefix
_BEHIND_TIME = rf"(?:{PROGRAM}:\s)?"
_PLACE = rf"(?i:{'|'.join(sorted(PLACES))})"
_FILE = r"[\w./<>-]+\.(?:py|cc|cpp|cu|c|h|rs)"

# Each alternative is one prefix; they are stripped one after another. The order puts the longer form of two first.
_PREFIX = expression(
    "|".join(
        (
            r"\[(?P<rank>[Rr]ank[ :]?\d+|RANK:\d+|default\d+|gpu\d+)\]:?\s*",  # torchrun, c10d, DeepSpeed
            rf"\((?P<ray>{RAY})\)\s*",
            rf"\[(?P<mpi>{MPI})\]<std(?:out|err)>:?\s?",
            r"(?P<srun>\d{1,4}):\s(?=\s*(?:\[|\{'|\d{4}-|(?i:step|epoch|iter(?:ation)?)\b|"
            + _LEVEL
            + r"\b))",  # srun -l
            rf"\[(?!{_PLACE}:)(?P<node>[\w.-]+:\d+/\d+)\]\s+",  # ESPnet; "[epoch:8/1200]" says where a line stands
            r"\[std(?:out|err)\]:\s",  # Composer's file logger
            rf"(?P<pod>{CONTAINER})\s+\|\s",
            rf"\[pod/(?P<pods>{POD})\]\s",
            r"std(?:out|err) [FP]\s",  # containers of Kubernetes, behind the time
            UNIX_DATE + r"[ \t]+(?:-(?=\s)[ \t]*)?" + _BEHIND_TIME,  # syslog, ts, date
            r"[IWEF]\d{4}(?:\d{4})? " + _TIME + r"\s+(?:\d+ )?" + _FILE + r":\d+\]\s",  # glog, absl
            _LEVEL + r" \d\d-\d\d " + _TIME + r"\s+(?:\[)?" + _FILE + r":\d+\]\s*",  # OpenRLHF, vLLM
            r"\[\d\d\.\d\d\.\d\d\|" + _TIME + r"\]\s*",  # torchlight: [03.24.23|09:56:11]
            r"\[" + _DATE + r"[ T]" + _TIME + r"\]\[[\w.]+\]\[" + _LEVEL + r"\](?:\s+-(?=\s))?\s*",  # Hydra
            r"\[" + _DATE + r"[ T]" + _TIME + r"[^\]]*\]:?[ \t]*(?:" + _FILE + r":\d+ - )?",  # [date time ..]
            _DATE + r"[ T_-]" + _TIME + r"(?:\s*(?:[|,]|:(?!:))|\s+-(?=\s))?[ \t]*" + _BEHIND_TIME,  # date time
            _TIME + r"(?:\s+(?:-|\|)(?=\s)|\s*\|)?[ \t]+(?=\S)(?!elapsed|remaining)",  # time only
            r"\[\s*" + _LEVEL + r"(?:\|[^\]]*)?\s*\](?:\s+-(?=\s))?:?[ \t]*",  # [INFO], [INFO|trainer.py:123]
            # "INFO:__main__:Epoch 3", as logging.basicConfig writes. A name that says whose numbers follow stays.
            rf"(?:DEBUG|INFO|WARNING|ERROR|CRITICAL):(?!(?i:{WORD}):)[a-z_][\w.]*:(?!\s*[-+.\d](?!\d*/\d))(?=\S)",
            r"\|?\s*" + _LEVEL + r"\s*(?:\||:| -(?=\s)|(?=\s))\s*",  # INFO |, INFO:, INFO -
            r"\[" + _FILE + r":\d+(?::\w+)?\]\s*",  # [logging.py:96:log_dist]
            r"\[(?:Main|Worker|Dummy)?(?:Thread|Process)(?:-\d+)?(?: \([\w.]+\))?\]\s+",  # logging's threadName
            r"\d+\.\d+s\t\d+\t",  # Kaggle: seconds and number of the line
            r"\[PID:\d+\]\s*",
            r"(?:" + _FILE + r")?\[LINE:\d+\]#?\s*",  # file.py[LINE:12]# INFO     [time]
            r"\[[DIWEF]\](?=\[)",  # ezpz: [I][examples/fsdp:340:main]
            r"\[[\w./<>-]+:\d+:[\w.<>]+\]\s*",  # [module:line:function]
            r"\[titan\]\s+",
            r"\((?:[\w.]+:\d+|AReaL)\)\s*",  # (trainer:464)
            r"(?![\w.]*(?:Error|Exception|Exit|Interrupt|Warning)\b)(?:root|__main__|[a-z_]\w*(?:\.\w+)+(?!:\s[-+]?\d*\.\d)|\w*logger|mmengine|mmcv|mmdet|mmseg|mmpose|mmcls)\s*(?:-|:|\|)\s+(?=\S)",
            r"[A-Za-z_]\w*(?:\.\w+)*(?::\d+)?\s+(?=" + _LEVEL + r":)",  # ppdet.engine INFO:
            r"[A-Za-z_]\w*(?:\.\w+)* {2,}(?=" + _LEVEL + r"\s)",  # absl, Hydra: columns
            r"[A-Za-z][\w.\\/-]*(?=\s+-\s+" + _LEVEL + r"\s+-\s)\s+-\s+",  # name - INFO -, logs/train.log - INFO -
            r"(?:__\w+__|\w+(?:\.\w+)+)(?::[\w<>]+)?:\d+\s+-\s+(?=\S)",  # loguru: module:function:12 -
            _FILE + r":\d+(?:\s+-{1,2}|:|\])\s+",  # dpo_tune_cache.py:676 -
            r"[\w.-]+:\d+\t(?=[\w.:]+\t)|[\w.]+:\d+\t(?=" + _LEVEL + r"\t)",  # OLMo: host:0<TAB>logger:12<TAB>INFO<TAB>
            r"-\s(?:\d+:\d\d:\d\d)\s-\s",  # lingua: - 0:00:12 -
            rf"(?P<split>(?:{WORD})(?:_inner)?) \| (?=\{{|epoch)",  # fairseq: the logger's name is the split
            r"\[(?:transformers|trl|accelerate)\]\s+",
            r">>\s+(?=\S)",
        )
    )
)
_RANKS = ("rank", "ray", "mpi", "srun", "node", "pod", "pods")
# The first characters with which a prefix can begin: most lines of a log are dismissed by one look.
_FIRST = frozenset("[(|0123456789IWEFDSTCNJMAOirtvm_-")


# By shape: where the text begins behind the prefixes, from where to where the rank or process is named, the split.
_Found = tuple[int, tuple[int, int] | None, str | None]
_FOUND: Memory[_Found] = Memory()


def strip_prefix(text: str) -> tuple[str, str | None, str | None]:
    """(text without prefixes, rank or process, split). Indentation stays when there is no prefix."""
    first = text[0] if text[0] != " " else text.lstrip()[0]
    if first not in _FIRST:
        if first.isalpha() and ("INFO" in text[:60] or "pid=" in text[:40] or " | " in text[:40]):
            pass
        else:
            return text, None, None
    look = shape(text) if len(text) <= LONGEST else b""
    if look in _FOUND:
        at, stream, split = _FOUND[look]
    else:
        at, stream, split = _prefixes(text)
        if look:
            _FOUND[look] = at, stream, split
    return text[at:], text[stream[0] : stream[1]] if stream else None, split


def _prefixes(text: str) -> _Found:
    start = 0
    while start < len(text) and text[start] == " ":
        start += 1
    at, stream, split = start, None, None
    for _ in range(8):
        match = _PREFIX.match(text, at)
        if match is None or match.end() == at or match.end() >= len(text):
            break
        kind = match.lastgroup
        if kind == "split":
            split = split_of(match["split"].removesuffix("_inner"))
        elif kind in _RANKS:
            stream = match.span(kind)
        at = match.end()
    return (at, stream, split) if at > start else (0, None, None)
