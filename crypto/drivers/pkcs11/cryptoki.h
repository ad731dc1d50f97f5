// SPDX-License-Identifier: Apache-2.0
// The part of Cryptoki that the driver uses: PKCS #11 v2.40 (OASIS, Base Specification and Current
// Mechanisms), and of v3.0 EdDSA (s2.3.14 of its Current Mechanisms). Written from these documents:
// names are theirs in our spelling, numbers and layouts are their tables'. Unix packs nothing.
#pragma once
#include <cstddef>

namespace merlon::crypto::cryptoki {

using Ulong = unsigned long;  // NOLINT: CK_ULONG is one, whatever its size
using Byte = unsigned char;
using Rv = Ulong;
using SlotId = Ulong;
using Session = Ulong;
using Object = Ulong;

inline constexpr Object kNoObject = 0;

// CKR_: Base Specification, 5.1 and appendix B.
inline constexpr Rv kOk = 0x0, kHostMemory = 0x2, kArgumentsBad = 0x7, kNeedToCreateThreads = 0x9,
                    kAttributeTypeInvalid = 0x12, kAttributeValueInvalid = 0x13,
                    kActionProhibited = 0x1b, kDeviceError = 0x30, kDeviceMemory = 0x31,
                    kDeviceRemoved = 0x32, kEncryptedDataInvalid = 0x40,
                    kEncryptedDataLenRange = 0x41, kFunctionNotSupported = 0x54,
                    kKeyHandleInvalid = 0x60, kKeySizeRange = 0x62, kKeyTypeInconsistent = 0x63,
                    kKeyFunctionNotPermitted = 0x68, kMechanismInvalid = 0x70,
                    kMechanismParamInvalid = 0x71, kObjectHandleInvalid = 0x82,
                    kPinIncorrect = 0xa0, kPinInvalid = 0xa1, kPinLenRange = 0xa2,
                    kPinExpired = 0xa3, kPinLocked = 0xa4, kSessionClosed = 0xb0,
                    kSessionCount = 0xb1, kSessionHandleInvalid = 0xb3, kSessionReadOnly = 0xb5,
                    kTemplateIncomplete = 0xd0, kTemplateInconsistent = 0xd1,
                    kTokenNotPresent = 0xe0, kTokenNotRecognized = 0xe1,
                    kTokenWriteProtected = 0xe2, kUserAlreadyLoggedIn = 0x100,
                    kUserNotLoggedIn = 0x101, kUserPinNotInitialized = 0x102,
                    kDomainParamsInvalid = 0x130, kCurveNotSupported = 0x140,
                    kCryptokiNotInitialized = 0x190, kCryptokiAlreadyInitialized = 0x191;

// CKF_, CKU_: of C_Initialize, C_OpenSession, a token, a user.
inline constexpr Ulong kOsLockingOk = 0x2, kRwSession = 0x2, kSerialSession = 0x4,
                       kLoginRequired = 0x4, kProtectedAuthenticationPath = 0x100, kUser = 1;
// CKS_: sessions in which a user is logged in.
inline constexpr Ulong kRoUserFunctions = 1, kRwUserFunctions = 3;

// CKO_, CKK_, CKA_: Base Specification, 4.
inline constexpr Ulong kPublicKey = 2, kPrivateKey = 3, kSecretKey = 4;
inline constexpr Ulong kRsa = 0x0, kEc = 0x3, kGenericSecret = 0x10, kEcEdwards = 0x40;
inline constexpr Ulong kClass = 0x0, kToken = 0x1, kPrivate = 0x2, kLabel = 0x3, kValue = 0x11,
                       kKeyType = 0x100, kId = 0x102, kSensitive = 0x103, kDecryptBit = 0x105,
                       kSignBit = 0x108, kVerifyBit = 0x10a, kDeriveBit = 0x10c, kModulus = 0x120,
                       kModulusBits = 0x121, kPublicExponent = 0x122, kPrivateExponent = 0x123,
                       kPrime1 = 0x124, kPrime2 = 0x125, kExponent1 = 0x126, kExponent2 = 0x127,
                       kCoefficient = 0x128, kValueLen = 0x161, kExtractable = 0x162,
                       kEcParams = 0x180, kEcPoint = 0x181;

// CKM_, CKG_, CKD_: Current Mechanisms, 2.1 and 2.3.
inline constexpr Ulong kRsaKeyPairGen = 0x0, kRsaPkcs = 0x1, kRsaOaep = 0x9, kRsaPss = 0xd,
                       kEcKeyPairGen = 0x1040, kEcdsa = 0x1041, kEcdh1Derive = 0x1050,
                       kEdwardsKeyPairGen = 0x1055, kEddsa = 0x1057;
inline constexpr Ulong kSha1 = 0x220, kSha256 = 0x250, kSha384 = 0x260, kSha512 = 0x270;
inline constexpr Ulong kMgf1Sha1 = 1, kMgf1Sha256 = 2, kMgf1Sha384 = 3, kMgf1Sha512 = 4;
inline constexpr Ulong kKdfNull = 1, kOaepLabel = 1;

struct Version {
  Byte major, minor;
};
struct InitializeArgs {
  void *create_mutex, *destroy_mutex, *lock_mutex, *unlock_mutex;
  Ulong flags;
  void* reserved;
};
struct TokenInfo {
  Byte label[32], manufacturer[32], model[16], serial[16];  // padded with spaces
  Ulong flags;
  Ulong max_session_count, session_count, max_rw_session_count, rw_session_count;
  Ulong max_pin_len, min_pin_len;
  Ulong total_public_memory, free_public_memory, total_private_memory, free_private_memory;
  Version hardware_version, firmware_version;
  Byte utc_time[16];
};
struct SessionInfo {
  SlotId slot;
  Ulong state, flags, device_error;
};
struct Attribute {
  Ulong type;
  void* value;
  Ulong size;
};
struct Mechanism {
  Ulong mechanism;
  void* parameter;
  Ulong parameter_size;
};
struct RsaPssParams {
  Ulong hash, mgf, salt_size;
};
struct RsaOaepParams {
  Ulong hash, mgf, source;
  void* source_data;
  Ulong source_size;
};
struct Ecdh1Params {
  Ulong kdf, shared_size;
  Byte* shared;
  Ulong public_size;
  Byte* public_data;
};

// CK_FUNCTION_LIST, in its order; `unused` are functions that the driver does not call.
struct FunctionList {
  using Unused = Rv (*)();
  Version version;
  Rv (*initialize)(void*);
  Rv (*finalize)(void*);
  Unused get_info;
  Rv (*get_function_list)(FunctionList**);
  Rv (*get_slot_list)(Byte token_present, SlotId*, Ulong* count);
  Unused get_slot_info;
  Rv (*get_token_info)(SlotId, TokenInfo*);
  Unused unused1[5];  // GetMechanismList, GetMechanismInfo, InitToken, InitPIN, SetPIN
  Rv (*open_session)(SlotId, Ulong flags, void*, void*, Session*);
  Rv (*close_session)(Session);
  Rv (*close_all_sessions)(SlotId);
  Rv (*get_session_info)(Session, SessionInfo*);
  Unused unused2[2];  // GetOperationState, SetOperationState
  Rv (*login)(Session, Ulong user, Byte* pin, Ulong pin_size);
  Rv (*logout)(Session);
  Rv (*create_object)(Session, Attribute*, Ulong count, Object*);
  Unused copy_object;
  Rv (*destroy_object)(Session, Object);
  Unused get_object_size;
  Rv (*get_attribute_value)(Session, Object, Attribute*, Ulong count);
  Unused set_attribute_value;
  Rv (*find_objects_init)(Session, Attribute*, Ulong count);
  Rv (*find_objects)(Session, Object*, Ulong most, Ulong* count);
  Rv (*find_objects_final)(Session);
  Unused unused4[4];  // EncryptInit to EncryptFinal
  Rv (*decrypt_init)(Session, Mechanism*, Object);
  Rv (*decrypt)(Session, Byte*, Ulong, Byte*, Ulong*);
  Unused unused5[7];  // DecryptUpdate, DecryptFinal, DigestInit to DigestFinal
  Rv (*sign_init)(Session, Mechanism*, Object);
  Rv (*sign)(Session, Byte*, Ulong, Byte*, Ulong*);
  // SignUpdate to SignRecover (4), VerifyInit to VerifyRecover (6), DigestEncryptUpdate to
  // DecryptVerifyUpdate (4), GenerateKey
  Unused unused6[15];
  Rv (*generate_key_pair)(Session, Mechanism*, Attribute* public_template, Ulong public_count,
                          Attribute* private_template, Ulong private_count, Object* public_key,
                          Object* private_key);
  Unused unused7[2];  // WrapKey, UnwrapKey
  Rv (*derive_key)(Session, Mechanism*, Object base, Attribute*, Ulong count, Object*);
  Unused seed_random;
  Rv (*generate_random)(Session, Byte*, Ulong);
  Unused unused8[3];  // GetFunctionStatus, CancelFunction, WaitForSlotEvent
};
// 68 functions behind a version of two bytes (Base Specification, appendix A).
static_assert(sizeof(FunctionList) == 69 * sizeof(void*));

}  // namespace merlon::crypto::cryptoki
