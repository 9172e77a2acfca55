"""
The currencies of ISO 4217 and how many digits their minor units have.
"""

from decimal import Decimal

_TWO_DIGITS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN
BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP
GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT
LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN
NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE
SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES
WST XCD XCG YER ZAR ZMW ZWG
"""
_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DIGITS = "CLF UYW"

_DIGITS = {
    code: digits
    for codes, digits in (
        (_TWO_DIGITS, 2),
        (_NO_DIGITS, 0),
        (_THREE_DIGITS, 3),
        (_FOUR_DIGITS, 4),
    )
    for code in codes.split()
}
_MOST_MINOR_UNITS = Decimal(2**53)


def minor_digits(code: str) -> int | None:
    """
    The digits behind the point in amounts of this currency; None if there is no such.
    """
    return _DIGITS.get(code)


def largest_amount(code: str) -> Decimal:
    """
    The largest amount that is accepted: 2^53 minor units, which every system can hold.
    """
    return _MOST_MINOR_UNITS.scaleb(-_DIGITS.get(code, 0))
