"""The manifest of the Excel add-in, made from the ribbon's words and the server's address, and its icon."""

import re
import struct
import uuid
import zlib
from urllib.parse import urljoin, urlsplit
from xml.sax.saxutils import escape, quoteattr

from hrworkbook.addin.ribbon import Ribbon, RibbonButton

SHORT, LONG = 125, 250
"""Characters of a short and a long string of a manifest."""
_SIZES = (16, 32, 80)
_GREEN, _WHITE = (0x1F, 0x6B, 0x4A), (0xFF, 0xFF, 0xFF)
_PANE = "open"
_APP = "http://schemas.microsoft.com/office/appforoffice/1.1"
_BASE = "http://schemas.microsoft.com/office/officeappbasictypes/1.0"
_OVERRIDES = "http://schemas.microsoft.com/office/taskpaneappversionoverrides"


def manifest_xml(ribbon: Ribbon, address: str) -> str:
    """Return the manifest as XML, which Excel on Windows, on a Mac and on the web reads, for a server at an address.

    The ID follows from the address, so that two servers are two add-ins, and a manifest made anew replaces its former self.
    """
    pane = urljoin(address, "/pane")
    texts = _Texts()
    groups = "".join(
        f"""
              <Group id="hrplan.{group.name}">
                <Label resid={texts.short(f"group.{group.name}", group.label)}/>
                {_icons()}
{"".join(_button(button, texts) for button in group.buttons)}{_pane_button(texts) if group.name == "help" else ""}              </Group>"""
        for group in ribbon.groups
    )
    tab = texts.short("tab", ribbon.tab)
    return f"""{_head(ribbon, address)}  <VersionOverrides xmlns="{_OVERRIDES}" xsi:type="VersionOverridesV1_0">
    <Hosts>
      <Host xsi:type="Workbook">
        <Runtimes>
          <Runtime resid="pane" lifetime="long"/>
        </Runtimes>
        <DesktopFormFactor>
          <FunctionFile resid="pane"/>
          <ExtensionPoint xsi:type="PrimaryCommandSurface">
            <CustomTab id="hrplan">{groups}
              <Label resid={tab}/>
            </CustomTab>
          </ExtensionPoint>
        </DesktopFormFactor>
      </Host>
    </Hosts>
    <Resources>
      <bt:Images>
{"".join(f'        <bt:Image id="icon.{size}" DefaultValue={quoteattr(urljoin(address, f"/pane/icon-{size}.png"))}/>{chr(10)}' for size in _SIZES)}      </bt:Images>
      <bt:Urls>
        <bt:Url id="pane" DefaultValue={quoteattr(pane)}/>
      </bt:Urls>
      <bt:ShortStrings>
{texts.xml(SHORT)}      </bt:ShortStrings>
      <bt:LongStrings>
{texts.xml(LONG)}      </bt:LongStrings>
    </Resources>
  </VersionOverrides>
</OfficeApp>
"""


def _head(ribbon: Ribbon, address: str) -> str:
    """Return what stands before the ribbon: whose add-in it is, where its page lies, and what it needs of Excel."""
    pane = urljoin(address, "/pane")
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    id_ = uuid.uuid5(uuid.NAMESPACE_URL, pane)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OfficeApp xmlns="{_APP}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:bt="{_BASE}" xsi:type="TaskPaneApp">
  <Id>{id_}</Id>
  <Version>1.0.0.0</Version>
  <ProviderName>hrworkbook</ProviderName>
  <DefaultLocale>en-GB</DefaultLocale>
  <DisplayName DefaultValue={quoteattr(ribbon.tab)}/>
  <Description DefaultValue="Keep a plan, send each owner their part, merge what comes back, and make the committee's appendix."/>
  <IconUrl DefaultValue={quoteattr(urljoin(address, "/pane/icon-32.png"))}/>
  <HighResolutionIconUrl DefaultValue={quoteattr(urljoin(address, "/pane/icon-64.png"))}/>
  <SupportUrl DefaultValue={quoteattr(pane)}/>
  <AppDomains>
    <AppDomain>{escape(origin)}</AppDomain>
  </AppDomains>
  <Hosts>
    <Host Name="Workbook"/>
  </Hosts>
  <Requirements>
    <Sets DefaultMinVersion="1.1">
      <Set Name="ExcelApi" MinVersion="1.9"/>
      <Set Name="SharedRuntime" MinVersion="1.1"/>
    </Sets>
  </Requirements>
  <DefaultSettings>
    <SourceLocation DefaultValue={quoteattr(pane)}/>
  </DefaultSettings>
  <Permissions>ReadWriteDocument</Permissions>
"""


class _Texts:
    """The words of a manifest, which its elements name by an ID."""

    def __init__(self) -> None:
        self._texts: dict[int, dict[str, str]] = {SHORT: {}, LONG: {}}

    def short(self, id_: str, text: str) -> str:
        """Keep a short text; return its ID as an attribute's value."""
        self._texts[SHORT][id_] = shortened(text, SHORT)
        return quoteattr(id_)

    def long(self, id_: str, text: str) -> str:
        """Keep a long text; return its ID as an attribute's value."""
        self._texts[LONG][id_] = shortened(text, LONG)
        return quoteattr(id_)

    def xml(self, kind: int) -> str:
        lines = (
            f"        <bt:String id={quoteattr(i)} DefaultValue={quoteattr(t)}/>" for i, t in self._texts[kind].items()
        )
        return "".join(f"{line}\n" for line in lines)


def shortened(text: str, most: int) -> str:
    """Return as many whole sentences of a text as there is room for; where the first is too long, its beginning."""
    flat = " ".join(text.split())
    if len(flat) <= most:
        return flat
    ends = [match.end() for match in re.finditer(r"[.!?](?= )", flat) if match.end() <= most]
    return flat[: ends[-1]] if ends else flat[: most - 1].rstrip() + "…"


def _icons() -> str:
    images = "".join(f'<bt:Image size="{size}" resid="icon.{size}"/>' for size in _SIZES)
    return f"<Icon>{images}</Icon>"


def _button(button: RibbonButton, texts: _Texts) -> str:
    action = f'<Action xsi:type="ExecuteFunction"><FunctionName>{button.verb}</FunctionName></Action>'
    return _control(button.verb, button.label, button.title, button.text, action, texts)


def _pane_button(texts: _Texts) -> str:
    action = f'<Action xsi:type="ShowTaskpane"><TaskpaneId>{_PANE}</TaskpaneId><SourceLocation resid="pane"/></Action>'
    text = "Shows the buttons, the files to merge, and what was done, beside the plan."
    return _control(_PANE, "Open pane", "Show the pane", text, action, texts)


def _control(name: str, label: str, title: str, text: str, action: str, texts: _Texts) -> str:
    return f"""                <Control xsi:type="Button" id="button.{name}">
                  <Label resid={texts.short(f"{name}.label", label)}/>
                  <Supertip>
                    <Title resid={texts.short(f"{name}.title", title)}/>
                    <Description resid={texts.long(f"{name}.text", text)}/>
                  </Supertip>
                  {_icons()}
                  {action}
                </Control>
"""


def icon(size: int) -> bytes:
    """Return the icon as a PNG: three lines of a plan on green."""
    bars = [
        (size * top // 32, size * (top + 4) // 32, size * right // 32) for top, right in ((7, 25), (14, 21), (21, 25))
    ]
    rows = bytearray()
    for y in range(size):
        rows.append(0)
        for x in range(size):
            is_bar = any(top <= y < bottom and size * 7 // 32 <= x < right for top, bottom, right in bars)
            rows += bytes(_WHITE if is_bar else _GREEN)
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    made = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)
